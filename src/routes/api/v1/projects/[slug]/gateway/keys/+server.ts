import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/serving.ts';
import { serve } from '#lib/server/api/serve.ts';
import { issueGatewayKey, listGatewayKeys } from '#lib/server/usecases/issue-gateway-key.ts';

export const GET = serve(operations.listGatewayKeys, async ({ app, actor, params }) => {
	const result = await listGatewayKeys(app, actor, params.slug);
	return result.ok ? ok({ status: 200, body: { keys: result.value } }) : result;
});

export const POST = serve(operations.issueGatewayKey, async ({ app, actor, params, body }) => {
	const result = await issueGatewayKey(app, actor, { slug: params.slug, ...body });
	return result.ok ? ok({ status: 201, body: result.value, headers: { 'cache-control': 'no-store' } }) : result;
});
