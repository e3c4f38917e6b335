import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/serving.ts';
import { serve } from '#lib/server/api/serve.ts';
import { deployCheckpoint } from '#lib/server/usecases/deploy-checkpoint.ts';

export const POST = serve(operations.deployCheckpoint, async ({ app, actor, body }) => {
	const result = await deployCheckpoint(app, actor, body);
	return result.ok ? ok({ status: 201, body: result.value }) : result;
});
