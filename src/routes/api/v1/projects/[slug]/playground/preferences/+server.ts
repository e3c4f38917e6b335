import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/playground.ts';
import { serve } from '#lib/server/api/serve.ts';
import { preferInPlayground } from '#lib/server/usecases/prefer-in-playground.ts';

export const POST = serve(operations.preferInPlayground, async ({ app, actor, params, body }) => {
	const result = await preferInPlayground(app, actor, { slug: params.slug, ...body });
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
