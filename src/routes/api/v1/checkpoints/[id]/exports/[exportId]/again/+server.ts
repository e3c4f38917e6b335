import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/exports.ts';
import { serve } from '#lib/server/api/serve.ts';
import { exportAgain } from '#lib/server/usecases/cancel-export.ts';

export const POST = serve(operations.exportAgain, async ({ app, actor, params }) => {
	const result = await exportAgain(app, actor, { checkpointId: params.id, exportId: params.exportId });
	return result.ok ? ok({ status: 202, body: result.value }) : result;
});
