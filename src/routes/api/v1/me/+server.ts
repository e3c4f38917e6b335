import { fail, ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/users.ts';
import { serve } from '#lib/server/api/serve.ts';
import * as members from '#lib/server/db/members.ts';
import * as users from '#lib/server/db/users.ts';

export const GET = serve(operations.me, async ({ app, actor }) => {
	const person = await users.personOf(app.db, actor.userId);
	if (!person) return fail('not_found', 'This account is not there any more.');
	const { id, name, email, isAdmin } = person;
	const memberships = await members.projectsOf(app.db, actor.userId, false);
	return ok({ status: 200, body: { id, name, email, isAdmin, memberships: memberships.map(({ project, role }) => ({ slug: project.slug, name: project.name, role })) } });
});
