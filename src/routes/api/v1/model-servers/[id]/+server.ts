import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/model-servers.ts';
import { serve } from '#lib/server/api/serve.ts';
import { endModelServer } from '#lib/server/usecases/end-model-server.ts';
import { readModelServer } from '#lib/server/usecases/read-model-server.ts';

export const GET = serve(operations.readModelServer, async ({ app, actor, params }) => {
	const result = await readModelServer(app, actor, params.id);
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});

export const DELETE = serve(operations.endModelServer, async ({ app, actor, params }) => {
	const result = await endModelServer(app, actor, params.id);
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
