import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/sweeps.ts';
import { serve } from '#lib/server/api/serve.ts';
import { readSweep } from '#lib/server/usecases/read-sweep.ts';

export const GET = serve(operations.readSweep, async ({ app, actor, params }) => {
	const result = await readSweep(app, actor, params.id);
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
