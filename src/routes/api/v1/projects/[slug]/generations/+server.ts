import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/generations.ts';
import { serve } from '#lib/server/api/serve.ts';
import { listGenerations } from '#lib/server/usecases/read-generation.ts';
import { startGeneration } from '#lib/server/usecases/start-generation.ts';

export const GET = serve(operations.listGenerations, async ({ app, actor, params, query }) => {
	const result = await listGenerations(app, actor, { slug: params.slug, ...query });
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});

export const POST = serve(operations.startGeneration, async ({ app, actor, params, body }) => {
	const result = await startGeneration(app, actor, { slug: params.slug, plan: body });
	return result.ok ? ok({ status: 202, body: result.value, headers: { location: `/api/v1/generations/${result.value.id}` } }) : result;
});
