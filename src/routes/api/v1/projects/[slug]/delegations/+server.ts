import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/assignments.ts';
import { serve } from '#lib/server/api/serve.ts';
import { delegateWork } from '#lib/server/usecases/delegate-work.ts';

export const POST = serve(operations.delegateWork, async ({ app, actor, params, body }) => {
	const result = await delegateWork(app, actor, { slug: params.slug, ...body });
	return result.ok ? ok({ status: 201, body: result.value }) : result;
});
