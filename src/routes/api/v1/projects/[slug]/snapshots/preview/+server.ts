import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/data.ts';
import { serve } from '#lib/server/api/serve.ts';
import { previewSnapshot } from '#lib/server/usecases/preview-snapshot.ts';

export const POST = serve(operations.previewSnapshot, async ({ app, actor, params, body }) => {
	const result = await previewSnapshot(app, actor, { slug: params.slug, ...body });
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
