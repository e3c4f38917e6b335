import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/projects.ts';
import { serve } from '#lib/server/api/serve.ts';
import { listMembers } from '#lib/server/usecases/list-members.ts';

export const GET = serve(operations.listMembers, async ({ app, actor, params }) => {
	const result = await listMembers(app, actor, params.slug);
	return result.ok ? ok({ status: 200, body: { members: result.value.map(({ userId, role, name, email, active }) => ({ userId, role, name, email, active })) } }) : result;
});
