import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/import-sources.ts';
import { serve } from '#lib/server/api/serve.ts';
import { listOfferedSources } from '#lib/server/usecases/browse-source.ts';

export const GET = serve(operations.listOfferedSources, async ({ app, actor, params }) => {
	const result = await listOfferedSources(app, actor, params.slug);
	return result.ok ? ok({ status: 200, body: { sources: result.value } }) : result;
});
