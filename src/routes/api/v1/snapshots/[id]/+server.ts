import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/data.ts';
import { serve } from '#lib/server/api/serve.ts';
import { readSnapshot } from '#lib/server/usecases/read-snapshot.ts';

export const GET = serve(operations.readSnapshot, async ({ app, actor, params }) => {
	const result = await readSnapshot(app, actor, params.id);
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
