import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/generations.ts';
import { serve } from '#lib/server/api/serve.ts';
import { readGeneration } from '#lib/server/usecases/read-generation.ts';

export const GET = serve(operations.readGeneration, async ({ app, actor, params }) => {
	const result = await readGeneration(app, actor, params.id);
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
