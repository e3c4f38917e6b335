import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/webhooks.ts';
import { serve } from '#lib/server/api/serve.ts';
import { listDeliveries, sendAgain } from '#lib/server/usecases/put-webhook.ts';

export const GET = serve(operations.listDeliveries, async ({ app, actor, params, query }) => {
	const result = await listDeliveries(app, actor, { id: params.id, before: query.cursor, limit: query.limit });
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});

export const POST = serve(operations.sendAgain, async ({ app, actor, params, body }) => {
	const result = await sendAgain(app, actor, { id: params.id, deliveryId: body.deliveryId });
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
