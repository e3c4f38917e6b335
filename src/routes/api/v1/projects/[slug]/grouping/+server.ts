import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/duplicates.ts';
import { serve } from '#lib/server/api/serve.ts';
import { putGrouping, readGrouping } from '#lib/server/usecases/put-grouping.ts';

export const GET = serve(operations.readGrouping, async ({ app, actor, params }) => {
	const result = await readGrouping(app, actor, params.slug);
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});

export const PUT = serve(operations.putGrouping, async ({ app, actor, params, body }) => {
	const result = await putGrouping(app, actor, { slug: params.slug, ...body });
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
