import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/projects.ts';
import { serve } from '#lib/server/api/serve.ts';
import { putGuideline } from '#lib/server/usecases/put-guideline.ts';
import { readGuideline } from '#lib/server/usecases/read-guideline.ts';

export const GET = serve(operations.readGuideline, async ({ app, actor, params, query }) => {
	const result = await readGuideline(app, actor, params.slug, query.version);
	return result.ok ? ok(result.value ? { status: 200, body: result.value } : { status: 204 }) : result;
});

export const PUT = serve(operations.putGuideline, async ({ app, actor, params, body }) => {
	const result = await putGuideline(app, actor, { slug: params.slug, body: body.body });
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
