import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/suites.ts';
import { serve } from '#lib/server/api/serve.ts';
import { cancelSuiteRun } from '#lib/server/usecases/start-suite-run.ts';

export const POST = serve(operations.cancelSuiteRun, async ({ app, actor, params, body }) => {
	const result = await cancelSuiteRun(app, actor, { checkpointId: params.id, exportId: body.exportId });
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
