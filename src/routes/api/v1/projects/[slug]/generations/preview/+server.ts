import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/generations.ts';
import { serve } from '#lib/server/api/serve.ts';
import { previewGeneration } from '#lib/server/usecases/start-generation.ts';

export const POST = serve(operations.previewGeneration, async ({ app, actor, params, body }) => {
	const result = await previewGeneration(app, actor, { slug: params.slug, plan: body });
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
