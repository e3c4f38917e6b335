import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/generations.ts';
import { serve } from '#lib/server/api/serve.ts';
import { resumeGeneration } from '#lib/server/usecases/cancel-generation.ts';

export const POST = serve(operations.resumeGeneration, async ({ app, actor, params }) => {
	const result = await resumeGeneration(app, actor, params.id);
	return result.ok ? ok({ status: 202, body: result.value }) : result;
});
