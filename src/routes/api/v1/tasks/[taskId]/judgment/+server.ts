import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/judging.ts';
import { serve } from '#lib/server/api/serve.ts';
import { submitJudgment } from '#lib/server/usecases/submit-judgment.ts';

export const POST = serve(operations.submitJudgment, async ({ app, actor, params, headers, body }) => {
	const result = await submitJudgment(app, actor, { taskId: params.taskId, ...body, idempotencyKey: headers['idempotency-key'] ?? null });
	return result.ok ? ok({ status: 201, body: result.value }) : result;
});
