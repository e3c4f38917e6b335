import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/history.ts';
import { serve } from '#lib/server/api/serve.ts';
import { listJudgments } from '#lib/server/usecases/list-judgments.ts';

export const GET = serve(operations.listJudgments, async ({ app, actor, params, query }) => {
	const result = await listJudgments(app, actor, { slug: params.slug, ...query });
	return result.ok ? ok({ status: 200, body: { judgments: result.value.judgments, undecided: result.value.undecided, next: result.value.next } }) : result;
});
