import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/history.ts';
import { serve } from '#lib/server/api/serve.ts';
import { correctJudgment } from '#lib/server/usecases/correct-judgment.ts';

export const POST = serve(operations.correctJudgment, async ({ app, actor, params, headers, body }) => {
	const result = await correctJudgment(app, actor, { judgmentId: params.id, ...body, idempotencyKey: headers['idempotency-key'] ?? null });
	return result.ok ? ok({ status: 201, body: result.value }) : result;
});
