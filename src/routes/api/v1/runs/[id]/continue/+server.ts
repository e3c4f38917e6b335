import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/run-control.ts';
import { serve } from '#lib/server/api/serve.ts';
import { continueRun } from '#lib/server/usecases/pause-run.ts';

export const POST = serve(operations.continueRun, async ({ app, actor, params }) => {
	const result = await continueRun(app, actor, params.id);
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
