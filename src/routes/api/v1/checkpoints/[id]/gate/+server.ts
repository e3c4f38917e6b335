import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/gate.ts';
import { serve } from '#lib/server/api/serve.ts';
import { readCheckpointGate } from '#lib/server/usecases/read-gate.ts';

export const GET = serve(operations.readCheckpointGate, async ({ app, actor, params }) => {
	const result = await readCheckpointGate(app, actor, params.id);
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
