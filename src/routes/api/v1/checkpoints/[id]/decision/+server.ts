import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/gate.ts';
import { serve } from '#lib/server/api/serve.ts';
import { decide } from '#lib/server/usecases/decide.ts';

export const POST = serve(operations.decideCheckpoint, async ({ app, actor, params, body }) => {
	const result = await decide(app, actor, { checkpointId: params.id, ...body });
	return result.ok ? ok({ status: 201, body: result.value }) : result;
});
