import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/ranking.ts';
import { serve } from '#lib/server/api/serve.ts';
import { readRanking } from '#lib/server/usecases/read-ranking.ts';

export const GET = serve(operations.readRanking, async ({ app, actor, params, query }) => {
	const result = await readRanking(app, actor, { slug: params.slug, ...query });
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
