import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/review.ts';
import { serve } from '#lib/server/api/serve.ts';
import { putSkills } from '#lib/server/usecases/put-skills.ts';

export const POST = serve(operations.putSkills, async ({ app, actor, params, body }) => {
	const result = await putSkills(app, actor, { slug: params.slug, ...body });
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
