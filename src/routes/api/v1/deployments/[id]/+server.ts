import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/serving.ts';
import { serve } from '#lib/server/api/serve.ts';
import { endDeployment } from '#lib/server/usecases/drain-deployment.ts';

export const DELETE = serve(operations.endDeployment, async ({ app, actor, params }) => {
	const result = await endDeployment(app, actor, params.id);
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
