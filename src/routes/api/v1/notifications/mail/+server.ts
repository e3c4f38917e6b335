import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/notifications.ts';
import { serve } from '#lib/server/api/serve.ts';
import { chooseMail, readMailChoice } from '#lib/server/usecases/choose-mail.ts';

export const GET = serve(operations.readMailChoice, async ({ app, actor }) => ok({ status: 200, body: await readMailChoice(app, actor) }));

export const PUT = serve(operations.chooseMail, async ({ app, actor, body }) => {
	const result = await chooseMail(app, actor, body.off);
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
