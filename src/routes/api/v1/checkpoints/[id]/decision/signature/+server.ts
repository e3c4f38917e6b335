import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/gate.ts';
import { serve } from '#lib/server/api/serve.ts';
import { signDecision } from '#lib/server/usecases/sign-decision.ts';

export const POST = serve(operations.signDecision, async ({ app, actor, params, body }) => {
	const result = await signDecision(app, actor, { checkpointId: params.id, ...body });
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
