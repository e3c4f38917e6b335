import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/desensitisation.ts';
import { serve } from '#lib/server/api/serve.ts';
import { rescanImport } from '#lib/server/usecases/review-findings.ts';

export const POST = serve(operations.rescanImport, async ({ app, actor, params }) => {
	const result = await rescanImport(app, actor, params.id);
	return result.ok ? ok({ status: 200, body: { id: result.value.id, status: result.value.status, counts: result.value.desensitised?.counts ?? {} } }) : result;
});
