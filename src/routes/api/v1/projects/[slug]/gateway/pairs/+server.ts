import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/serving.ts';
import { serve } from '#lib/server/api/serve.ts';
import { judgeShadows } from '#lib/server/usecases/judge-shadows.ts';

export const POST = serve(operations.judgeShadows, async ({ app, actor, params }) => {
	const result = await judgeShadows(app, actor, params.slug);
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
