import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/serving.ts';
import { serve } from '#lib/server/api/serve.ts';
import { revokeGatewayKey } from '#lib/server/usecases/issue-gateway-key.ts';

export const DELETE = serve(operations.revokeGatewayKey, async ({ app, actor, params }) => {
	const result = await revokeGatewayKey(app, actor, params.id);
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
