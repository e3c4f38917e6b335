import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/notifications.ts';
import { serve } from '#lib/server/api/serve.ts';
import { listNotifications } from '#lib/server/usecases/list-notifications.ts';

export const GET = serve(operations.listNotifications, async ({ app, actor, query }) => ok({ status: 200, body: await listNotifications(app, actor, query) }));
