import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/sweeps.ts';
import { serve } from '#lib/server/api/serve.ts';
import { listSweeps } from '#lib/server/usecases/read-sweep.ts';
import { startSweep } from '#lib/server/usecases/start-sweep.ts';

export const GET = serve(operations.listSweeps, async ({ app, actor, params }) => {
	const result = await listSweeps(app, actor, params.slug);
	return result.ok ? ok({ status: 200, body: { sweeps: result.value } }) : result;
});

export const POST = serve(operations.startSweep, async ({ app, actor, params, body }) => {
	const result = await startSweep(app, actor, { slug: params.slug, ...body });
	return result.ok ? ok({ status: 201, body: result.value }) : result;
});
