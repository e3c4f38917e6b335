import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/run-control.ts';
import { serve } from '#lib/server/api/serve.ts';
import { cloneRun } from '#lib/server/usecases/clone-run.ts';

export const POST = serve(operations.cloneRun, async ({ app, actor, params, body }) => {
	const result = await cloneRun(app, actor, params.id, body);
	return result.ok ? ok({ status: 201, body: result.value }) : result;
});
