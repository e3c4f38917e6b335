import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/sweeps.ts';
import { serve } from '#lib/server/api/serve.ts';
import { cancelSweep } from '#lib/server/usecases/cancel-sweep.ts';

export const POST = serve(operations.cancelSweep, async ({ app, actor, params }) => {
	const result = await cancelSweep(app, actor, params.id);
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
