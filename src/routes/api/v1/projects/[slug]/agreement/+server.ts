import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/judging.ts';
import { serve } from '#lib/server/api/serve.ts';
import { readAgreement } from '#lib/server/usecases/read-agreement.ts';

export const GET = serve(operations.readAgreement, async ({ app, actor, params, query }) => {
	const result = await readAgreement(app, actor, { slug: params.slug, ...query });
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
