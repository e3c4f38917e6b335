import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/desensitisation.ts';
import { serve } from '#lib/server/api/serve.ts';
import { exceptFinding } from '#lib/server/usecases/review-findings.ts';

export const POST = serve(operations.exceptFinding, async ({ app, actor, params }) => {
	const result = await exceptFinding(app, actor, params.id);
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
