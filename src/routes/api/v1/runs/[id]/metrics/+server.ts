import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/loop.ts';
import { serve } from '#lib/server/api/serve.ts';
import { readRunMetrics } from '#lib/server/usecases/read-run.ts';

export const GET = serve(operations.readRunMetrics, async ({ app, actor, params, query }) => {
	const result = await readRunMetrics(app, actor, { runId: params.id, since: query.since });
	return result.ok ? ok({ status: 200, body: { metrics: result.value } }) : result;
});
