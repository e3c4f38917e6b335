import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/generations.ts';
import { serve } from '#lib/server/api/serve.ts';
import { createEndpoint, listEndpoints } from '#lib/server/usecases/put-endpoint.ts';

export const GET = serve(operations.listEndpoints, async ({ app, actor, params }) => {
	const result = await listEndpoints(app, actor, params.slug);
	return result.ok ? ok({ status: 200, body: { endpoints: result.value } }) : result;
});

export const POST = serve(operations.createEndpoint, async ({ app, actor, params, body }) => {
	const result = await createEndpoint(app, actor, { slug: params.slug, ...body });
	return result.ok ? ok({ status: 201, body: result.value }) : result;
});
