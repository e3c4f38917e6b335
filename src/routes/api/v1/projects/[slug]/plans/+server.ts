import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/loop.ts';
import { serve } from '#lib/server/api/serve.ts';
import { planRun } from '#lib/server/usecases/plan-run.ts';

export const POST = serve(operations.planRun, async ({ app, actor, params, body }) => {
	const result = await planRun(app, actor, { slug: params.slug, ...body });
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
