import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/webhooks.ts';
import { serve } from '#lib/server/api/serve.ts';
import { retireWebhook } from '#lib/server/usecases/put-webhook.ts';

export const DELETE = serve(operations.retireWebhook, async ({ app, actor, params }) => {
	const result = await retireWebhook(app, actor, params.id);
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
