import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/import-sources.ts';
import { saidOf } from '#lib/server/api/operations/imports.ts';
import { serve } from '#lib/server/api/serve.ts';
import { importFromSource } from '#lib/server/usecases/read-from-source.ts';

export const POST = serve(operations.importFromSource, async ({ app, actor, params, body }) => {
	const result = await importFromSource(app, actor, { ...params, said: saidOf(body), skipBad: body.skipBad, dryRun: body.dryRun, paths: body.paths });
	return result.ok ? ok({ status: 202, body: { imports: result.value } }) : result;
});
