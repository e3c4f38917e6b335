import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/loop.ts';
import { serve } from '#lib/server/api/serve.ts';
import { generateAgain } from '#lib/server/usecases/generate-again.ts';

export const POST = serve(operations.generateAgain, async ({ app, actor, params }) => {
	const result = await generateAgain(app, actor, { checkpointId: params.id });
	return result.ok ? ok({ status: 202, body: result.value }) : result;
});
