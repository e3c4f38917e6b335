import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/import-sources.ts';
import { serve } from '#lib/server/api/serve.ts';
import { browseSource } from '#lib/server/usecases/browse-source.ts';

export const GET = serve(operations.browseSource, async ({ app, actor, params, query }) => {
	const result = await browseSource(app, actor, { ...params, path: query.path, after: query.after ?? null, limit: query.limit });
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
