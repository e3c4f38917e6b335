import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/model-servers.ts';
import { serve } from '#lib/server/api/serve.ts';
import { listModelServers } from '#lib/server/usecases/read-model-server.ts';

export const GET = serve(operations.listModelServers, async ({ app, actor, params }) => {
	const result = await listModelServers(app, actor, params.slug);
	return result.ok ? ok({ status: 200, body: { servers: result.value } }) : result;
});
