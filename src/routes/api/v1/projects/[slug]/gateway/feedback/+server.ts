import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/serving.ts';
import { serve } from '#lib/server/api/serve.ts';
import { bringFeedback } from '#lib/server/usecases/bring-feedback.ts';

export const POST = serve(operations.bringFeedback, async ({ app, actor, params }) => {
	const result = await bringFeedback(app, actor, params.slug);
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
