import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/exports.ts';
import { serve } from '#lib/server/api/serve.ts';
import { listExports } from '#lib/server/usecases/list-exports.ts';
import { startExport } from '#lib/server/usecases/start-export.ts';

export const GET = serve(operations.listExports, async ({ app, actor, params }) => {
	const result = await listExports(app, actor, params.id);
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});

export const POST = serve(operations.startExport, async ({ app, actor, params, body }) => {
	const result = await startExport(app, actor, { checkpointId: params.id, plan: body });
	return result.ok ? ok({ status: 202, body: result.value }) : result;
});
