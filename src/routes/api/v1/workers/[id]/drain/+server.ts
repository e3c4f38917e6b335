import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/fleet.ts';
import { serve } from '#lib/server/api/serve.ts';
import { drainWorker } from '#lib/server/usecases/drain-worker.ts';

export const POST = serve(operations.drainWorker, async ({ app, actor, params }) => {
	const result = await drainWorker(app, actor, { workerId: params.id, draining: true });
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
