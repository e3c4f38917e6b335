import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/projects.ts';
import { serve } from '#lib/server/api/serve.ts';
import { listGuidelineVersions } from '#lib/server/usecases/list-guideline-versions.ts';

export const GET = serve(operations.listGuidelineVersions, async ({ app, actor, params }) => {
	const result = await listGuidelineVersions(app, actor, params.slug);
	return result.ok ? ok({ status: 200, body: { versions: result.value } }) : result;
});
