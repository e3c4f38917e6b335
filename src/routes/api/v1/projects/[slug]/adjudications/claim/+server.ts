import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/review.ts';
import { serve } from '#lib/server/api/serve.ts';
import { claimAdjudication } from '#lib/server/usecases/claim-adjudication.ts';

export const POST = serve(operations.claimAdjudication, async ({ app, actor, params }) => {
	const result = await claimAdjudication(app, actor, { slug: params.slug });
	if (!result.ok) return result;
	return ok(result.value === null ? { status: 204 } : { status: 200, body: result.value });
});
