import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/generations.ts';
import { serve } from '#lib/server/api/serve.ts';
import { cancelGeneration } from '#lib/server/usecases/cancel-generation.ts';

export const POST = serve(operations.cancelGeneration, async ({ app, actor, params }) => {
	const result = await cancelGeneration(app, actor, params.id);
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
