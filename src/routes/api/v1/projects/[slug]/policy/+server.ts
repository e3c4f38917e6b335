import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/review.ts';
import { serve } from '#lib/server/api/serve.ts';
import { putPolicy } from '#lib/server/usecases/put-policy.ts';

export const PUT = serve(operations.putPolicy, async ({ app, actor, params, body }) => {
	const result = await putPolicy(app, actor, { slug: params.slug, policy: body });
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
