import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/judging.ts';
import { serve } from '#lib/server/api/serve.ts';
import { voidJudgment } from '#lib/server/usecases/void-judgment.ts';

export const POST = serve(operations.voidJudgment, async ({ app, actor, params, body }) => {
	const result = await voidJudgment(app, actor, { judgmentId: params.id, ...body });
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
