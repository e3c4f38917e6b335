import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/users.ts';
import { serve } from '#lib/server/api/serve.ts';
import { createUser } from '#lib/server/usecases/create-user.ts';
import { listUsers } from '#lib/server/usecases/list-users.ts';

export const GET = serve(operations.listUsers, async ({ app, actor, query }) => {
	const page = await listUsers(app, actor, query);
	return page.ok ? ok({ status: 200, body: page.value }) : page;
});

export const POST = serve(operations.createUser, async ({ app, actor, body }) => {
	const made = await createUser(app, actor, body);
	return made.ok ? ok({ status: 201, body: made.value }) : made;
});
