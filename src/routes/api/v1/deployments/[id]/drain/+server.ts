import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/serving.ts';
import { serve } from '#lib/server/api/serve.ts';
import { drainDeployment } from '#lib/server/usecases/drain-deployment.ts';

export const POST = serve(operations.drainDeployment, async ({ app, actor, params }) => {
	const result = await drainDeployment(app, actor, { id: params.id, draining: true });
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
