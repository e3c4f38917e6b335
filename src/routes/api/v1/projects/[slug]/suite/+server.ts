import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/suites.ts';
import { serve } from '#lib/server/api/serve.ts';
import { putSuite } from '#lib/server/usecases/put-suite.ts';
import { readSuite } from '#lib/server/usecases/read-suite.ts';

export const GET = serve(operations.readSuite, async ({ app, actor, params }) => {
	const result = await readSuite(app, actor, params.slug);
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});

export const PUT = serve(operations.putSuite, async ({ app, actor, params, body }) => {
	const result = await putSuite(app, actor, { slug: params.slug, suite: body });
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
