import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/import-sources.ts';
import { serve } from '#lib/server/api/serve.ts';
import { createImportSource, listImportSources } from '#lib/server/usecases/put-import-source.ts';

export const GET = serve(operations.listImportSources, async ({ app, actor }) => {
	const result = await listImportSources(app, actor);
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});

export const POST = serve(operations.createImportSource, async ({ app, actor, body }) => {
	const result = await createImportSource(app, actor, body);
	return result.ok ? ok({ status: 201, body: result.value }) : result;
});
