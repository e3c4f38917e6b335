import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/desensitisation.ts';
import { serve } from '#lib/server/api/serve.ts';
import { listFindings } from '#lib/server/usecases/review-findings.ts';

export const GET = serve(operations.listFindings, async ({ app, actor, params, query }) => {
	const result = await listFindings(app, actor, { importId: params.id, kind: query.kind ?? null, after: query.after, limit: query.limit });
	return result.ok ? ok({ status: 200, body: { counts: result.value.import.desensitised?.counts ?? {}, findings: result.value.findings, next: result.value.next } }) : result;
});
