import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/loop.ts';
import { serve } from '#lib/server/api/serve.ts';
import { readRun } from '#lib/server/usecases/read-run.ts';

export const GET = serve(operations.readRun, async ({ app, actor, params }) => {
	const result = await readRun(app, actor, params.id);
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
