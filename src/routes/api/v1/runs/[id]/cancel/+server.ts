import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/loop.ts';
import { serve } from '#lib/server/api/serve.ts';
import { cancelRun } from '#lib/server/usecases/cancel-run.ts';

export const POST = serve(operations.cancelRun, async ({ app, actor, params, body }) => {
	const result = await cancelRun(app, actor, { runId: params.id, keep: body.keep });
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
