import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/projects.ts';
import { serve } from '#lib/server/api/serve.ts';
import { putMember } from '#lib/server/usecases/put-member.ts';
import { removeMember } from '#lib/server/usecases/remove-member.ts';

export const PUT = serve(operations.putMember, async ({ app, actor, params, body }) => {
	const result = await putMember(app, actor, { ...params, role: body.role });
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});

export const DELETE = serve(operations.removeMember, async ({ app, actor, params }) => {
	const result = await removeMember(app, actor, params);
	return result.ok ? ok({ status: 204 }) : result;
});
