import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/serving.ts';
import { serve } from '#lib/server/api/serve.ts';
import { listDeployments } from '#lib/server/usecases/deploy-checkpoint.ts';

export const GET = serve(operations.listDeployments, async ({ app, actor, params }) => {
	const result = await listDeployments(app, actor, params.slug);
	return result.ok ? ok({ status: 200, body: { deployments: result.value } }) : result;
});
