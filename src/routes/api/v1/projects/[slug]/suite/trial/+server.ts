import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/suites.ts';
import { serve } from '#lib/server/api/serve.ts';
import { trySuite } from '#lib/server/usecases/read-suite.ts';

export const POST = serve(operations.trySuite, async ({ app, actor, params, body }) => {
	const result = await trySuite(app, actor, { slug: params.slug, ...body });
	return result.ok ? ok({ status: 200, body: { checks: result.value } }) : result;
});
