import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/loop.ts';
import { serve } from '#lib/server/api/serve.ts';
import { stopEvaluation } from '#lib/server/usecases/stop-measuring.ts';

export const POST = serve(operations.stopEvaluation, async ({ app, actor, params }) => {
	const result = await stopEvaluation(app, actor, { checkpointId: params.id });
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
