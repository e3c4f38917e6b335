import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/serving.ts';
import { serve } from '#lib/server/api/serve.ts';
import { listTraffic } from '#lib/server/usecases/read-traffic.ts';

export const GET = serve(operations.listTraffic, async ({ app, actor, params, query }) => {
	const result = await listTraffic(app, actor, { slug: params.slug, ...query });
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
