import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/exports.ts';
import { serve } from '#lib/server/api/serve.ts';
import { dropExport } from '#lib/server/usecases/drop-export.ts';

export const DELETE = serve(operations.dropExport, async ({ app, actor, params }) => {
	const result = await dropExport(app, actor, { checkpointId: params.id, exportId: params.exportId });
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
