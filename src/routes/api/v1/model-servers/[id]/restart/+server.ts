import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/model-servers.ts';
import { serve } from '#lib/server/api/serve.ts';
import { restartModelServer } from '#lib/server/usecases/end-model-server.ts';

export const POST = serve(operations.restartModelServer, async ({ app, actor, params }) => {
	const result = await restartModelServer(app, actor, params.id);
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
