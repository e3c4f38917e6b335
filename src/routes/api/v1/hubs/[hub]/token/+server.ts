import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/base-models.ts';
import { serve } from '#lib/server/api/serve.ts';
import { putHubToken } from '#lib/server/usecases/put-base-model.ts';

export const PUT = serve(operations.putHubToken, async ({ app, actor, params, body }) => {
	const result = await putHubToken(app, actor, { hub: params.hub, token: body.token });
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
