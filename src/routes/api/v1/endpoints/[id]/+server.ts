import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/generations.ts';
import { serve } from '#lib/server/api/serve.ts';
import { putEndpoint, retireEndpoint } from '#lib/server/usecases/put-endpoint.ts';

export const PUT = serve(operations.putEndpoint, async ({ app, actor, params, body }) => {
	const result = await putEndpoint(app, actor, { id: params.id, ...body });
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});

export const DELETE = serve(operations.retireEndpoint, async ({ app, actor, params }) => {
	const result = await retireEndpoint(app, actor, params.id);
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
