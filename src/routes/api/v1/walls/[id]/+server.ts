import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/review.ts';
import { serve } from '#lib/server/api/serve.ts';
import { liftWall } from '#lib/server/usecases/lift-wall.ts';

export const DELETE = serve(operations.liftWall, async ({ app, actor, params }) => {
	const result = await liftWall(app, actor, { id: params.id });
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
