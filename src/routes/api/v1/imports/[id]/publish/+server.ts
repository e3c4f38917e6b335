import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/imports.ts';
import { serve } from '#lib/server/api/serve.ts';
import { publishImport } from '#lib/server/usecases/publish-import.ts';

export const POST = serve(operations.publishImport, async ({ app, actor, params, query }) => {
	const result = await publishImport(app, actor, { id: params.id, skipBad: query.skipBad });
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
