import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/review.ts';
import { serve } from '#lib/server/api/serve.ts';
import { putGold } from '#lib/server/usecases/put-gold.ts';

export const POST = serve(operations.putGold, async ({ app, actor, params, body }) => {
	const result = await putGold(app, actor, { slug: params.slug, ...body });
	return result.ok ? ok({ status: 201, body: result.value }) : result;
});
