import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/loop.ts';
import { serve } from '#lib/server/api/serve.ts';
import { compareRuns } from '#lib/server/usecases/compare-runs.ts';

export const GET = serve(operations.compareRuns, async ({ app, actor, params, query }) => {
	const result = await compareRuns(app, actor, { slug: params.slug, runIds: query.runs, metric: query.metric, axis: query.axis });
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
