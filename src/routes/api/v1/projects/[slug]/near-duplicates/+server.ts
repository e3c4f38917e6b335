import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/duplicates.ts';
import { serve } from '#lib/server/api/serve.ts';
import { decideDuplicates } from '#lib/server/usecases/decide-duplicates.ts';
import { listDuplicates } from '#lib/server/usecases/list-duplicates.ts';

export const GET = serve(operations.listNearDuplicates, async ({ app, actor, params, query }) => {
	const result = await listDuplicates(app, actor, { slug: params.slug, ...query });
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});

export const POST = serve(operations.decideNearDuplicates, async ({ app, actor, params, body }) => {
	const result = await decideDuplicates(app, actor, { slug: params.slug, ...body });
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
