import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/assignments.ts';
import { serve } from '#lib/server/api/serve.ts';
import { endAssignment } from '#lib/server/usecases/end-assignment.ts';

export const POST = serve(operations.endAssignment, async ({ app, actor, params }) => {
	const result = await endAssignment(app, actor, params.id);
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
