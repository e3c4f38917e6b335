import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/gate.ts';
import { serve } from '#lib/server/api/serve.ts';
import { rollBack } from '#lib/server/usecases/roll-back.ts';

export const POST = serve(operations.rollBack, async ({ app, actor, params, body }) => {
	const result = await rollBack(app, actor, { slug: params.slug, ...body });
	return result.ok ? ok({ status: 201, body: result.value }) : result;
});
