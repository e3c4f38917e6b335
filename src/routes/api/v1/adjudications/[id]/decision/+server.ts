import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/review.ts';
import { serve } from '#lib/server/api/serve.ts';
import { decideAdjudication } from '#lib/server/usecases/decide-adjudication.ts';

export const POST = serve(operations.decideAdjudication, async ({ app, actor, params, headers, body }) => {
	const result = await decideAdjudication(app, actor, { id: params.id, ...body, idempotencyKey: headers['idempotency-key'] ?? null });
	return result.ok ? ok({ status: 201, body: result.value }) : result;
});
