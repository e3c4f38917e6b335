import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/assignments.ts';
import { serve } from '#lib/server/api/serve.ts';
import { endDelegation } from '#lib/server/usecases/end-delegation.ts';

export const POST = serve(operations.endDelegation, async ({ app, actor, params }) => {
	const result = await endDelegation(app, actor, params.id);
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
