import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/review.ts';
import { serve } from '#lib/server/api/serve.ts';
import { raiseWall } from '#lib/server/usecases/raise-wall.ts';

export const POST = serve(operations.raiseWall, async ({ app, actor, params, body }) => {
	const result = await raiseWall(app, actor, { slug: params.slug, ...body });
	return result.ok ? ok({ status: 201, body: result.value }) : result;
});
