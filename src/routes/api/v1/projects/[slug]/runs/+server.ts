import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/loop.ts';
import { serve } from '#lib/server/api/serve.ts';
import { listRuns } from '#lib/server/usecases/read-run.ts';
import { startRun } from '#lib/server/usecases/start-run.ts';

export const GET = serve(operations.listRuns, async ({ app, actor, params }) => {
	const result = await listRuns(app, actor, params.slug);
	return result.ok ? ok({ status: 200, body: { runs: result.value } }) : result;
});

export const POST = serve(operations.startRun, async ({ app, actor, params, body }) => {
	const result = await startRun(app, actor, { slug: params.slug, ...body });
	return result.ok ? ok({ status: 201, body: result.value }) : result;
});
