import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/loop.ts';
import { serve } from '#lib/server/api/serve.ts';
import { evaluateAgain } from '#lib/server/usecases/evaluate-again.ts';

export const POST = serve(operations.evaluateAgain, async ({ app, actor, params }) => {
	const result = await evaluateAgain(app, actor, { checkpointId: params.id });
	return result.ok ? ok({ status: 202, body: result.value }) : result;
});
