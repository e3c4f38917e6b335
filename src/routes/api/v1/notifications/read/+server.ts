import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/notifications.ts';
import { serve } from '#lib/server/api/serve.ts';
import { readNotifications } from '#lib/server/usecases/read-notifications.ts';

export const POST = serve(operations.readNotifications, async ({ app, actor, body }) => {
	const result = await readNotifications(app, actor, 'ids' in body ? body.ids : 'all');
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
