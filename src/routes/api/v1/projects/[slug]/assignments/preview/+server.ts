import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/assignments.ts';
import { serve } from '#lib/server/api/serve.ts';
import { previewAssignment } from '#lib/server/usecases/preview-assignment.ts';

export const POST = serve(operations.previewAssignment, async ({ app, actor, params, body }) => {
	const result = await previewAssignment(app, actor, { slug: params.slug, ...body });
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
