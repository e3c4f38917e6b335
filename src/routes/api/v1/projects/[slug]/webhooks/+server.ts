import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/webhooks.ts';
import { serve } from '#lib/server/api/serve.ts';
import { createWebhook, listWebhooks } from '#lib/server/usecases/put-webhook.ts';

export const GET = serve(operations.listWebhooks, async ({ app, actor, params }) => {
	const result = await listWebhooks(app, actor, params.slug);
	return result.ok ? ok({ status: 200, body: { webhooks: result.value } }) : result;
});

export const POST = serve(operations.createWebhook, async ({ app, actor, params, body }) => {
	const result = await createWebhook(app, actor, { slug: params.slug, ...body });
	return result.ok ? ok({ status: 201, body: result.value }) : result;
});
