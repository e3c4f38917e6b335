import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/suites.ts';
import { serve } from '#lib/server/api/serve.ts';
import { readSuiteRuns } from '#lib/server/usecases/read-suite-runs.ts';
import { startSuiteRun } from '#lib/server/usecases/start-suite-run.ts';

export const GET = serve(operations.listSuiteRuns, async ({ app, actor, params, query }) => {
	const result = await readSuiteRuns(app, actor, { checkpointId: params.id, exportId: query.exportId });
	return result.ok ? ok({ status: 200, body: { evaluations: result.value.evaluations } }) : result;
});

export const POST = serve(operations.startSuiteRun, async ({ app, actor, params, body }) => {
	const result = await startSuiteRun(app, actor, { checkpointId: params.id, exportId: body.exportId });
	return result.ok ? ok({ status: 202, body: result.value }) : result;
});
