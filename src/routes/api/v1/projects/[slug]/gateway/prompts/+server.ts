import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/serving.ts';
import { serve } from '#lib/server/api/serve.ts';
import { drawTraffic } from '#lib/server/usecases/draw-traffic.ts';

export const POST = serve(operations.drawTraffic, async ({ app, actor, params, body }) => {
	const result = await drawTraffic(app, actor, { slug: params.slug, rules: body });
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
