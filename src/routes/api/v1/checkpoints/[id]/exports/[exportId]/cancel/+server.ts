import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/exports.ts';
import { serve } from '#lib/server/api/serve.ts';
import { cancelExport } from '#lib/server/usecases/cancel-export.ts';

export const POST = serve(operations.cancelExport, async ({ app, actor, params }) => {
	const result = await cancelExport(app, actor, { checkpointId: params.id, exportId: params.exportId });
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
