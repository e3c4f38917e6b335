import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/run-control.ts';
import { serve } from '#lib/server/api/serve.ts';
import { pauseRun } from '#lib/server/usecases/pause-run.ts';

export const POST = serve(operations.pauseRun, async ({ app, actor, params }) => {
	const result = await pauseRun(app, actor, params.id);
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
