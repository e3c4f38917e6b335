import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/webhooks.ts';
import { serve } from '#lib/server/api/serve.ts';
import { testWebhook } from '#lib/server/usecases/put-webhook.ts';

export const POST = serve(operations.testWebhook, async ({ app, actor, params }) => {
	const result = await testWebhook(app, actor, params.id);
	return result.ok ? ok({ status: 201, body: result.value }) : result;
});
