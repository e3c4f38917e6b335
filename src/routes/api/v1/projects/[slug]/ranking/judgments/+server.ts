import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/ranking.ts';
import { serve } from '#lib/server/api/serve.ts';
import { listRankedJudgments } from '#lib/server/usecases/list-ranked-judgments.ts';

export const GET = serve(operations.listRankedJudgments, async ({ app, actor, params, query }) => {
	const result = await listRankedJudgments(app, actor, { slug: params.slug, ...query });
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
