import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/users.ts';
import { serve } from '#lib/server/api/serve.ts';
import { reactivateUser } from '#lib/server/usecases/reactivate-user.ts';

export const POST = serve(operations.reactivateUser, async ({ app, actor, params }) => {
	const back = await reactivateUser(app, actor, params.id);
	return back.ok ? ok({ status: 204 }) : back;
});
