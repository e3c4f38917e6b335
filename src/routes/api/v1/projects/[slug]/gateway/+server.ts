import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/serving.ts';
import { serve } from '#lib/server/api/serve.ts';
import { putGateway, readGateway } from '#lib/server/usecases/put-gateway.ts';

export const GET = serve(operations.readGateway, async ({ app, actor, params }) => {
	const result = await readGateway(app, actor, params.slug);
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});

export const PUT = serve(operations.putGateway, async ({ app, actor, params, body }) => {
	const result = await putGateway(app, actor, { slug: params.slug, ...body });
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
