import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/users.ts';
import { serve } from '#lib/server/api/serve.ts';
import { deactivateUser } from '#lib/server/usecases/deactivate-user.ts';

export const POST = serve(operations.deactivateUser, async ({ app, actor, params }) => {
	const ended = await deactivateUser(app, actor, params.id);
	return ended.ok ? ok({ status: 200, body: ended.value }) : ended;
});
