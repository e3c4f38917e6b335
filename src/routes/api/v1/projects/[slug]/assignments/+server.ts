import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/assignments.ts';
import { serve } from '#lib/server/api/serve.ts';
import { createAssignment } from '#lib/server/usecases/create-assignment.ts';
import { listAssignments } from '#lib/server/usecases/list-assignments.ts';

export const GET = serve(operations.listAssignments, async ({ app, actor, params, query }) => {
	const result = await listAssignments(app, actor, { slug: params.slug, ...query });
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});

export const POST = serve(operations.createAssignment, async ({ app, actor, params, body }) => {
	const result = await createAssignment(app, actor, { slug: params.slug, ...body });
	return result.ok ? ok({ status: 201, body: result.value }) : result;
});
