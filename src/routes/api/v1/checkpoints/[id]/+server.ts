import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/loop.ts';
import { serve } from '#lib/server/api/serve.ts';
import { readCheckpoint } from '#lib/server/usecases/read-checkpoint.ts';

export const GET = serve(operations.readCheckpoint, async ({ app, actor, params }) => {
	const result = await readCheckpoint(app, actor, params.id);
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
