import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/projects.ts';
import { serve } from '#lib/server/api/serve.ts';
import { markGuidelineRead } from '#lib/server/usecases/mark-guideline-read.ts';

export const PUT = serve(operations.markGuidelineRead, async ({ app, actor, params, body }) => {
	const result = await markGuidelineRead(app, actor, { slug: params.slug, version: body.version });
	return result.ok ? ok({ status: 204 }) : result;
});
