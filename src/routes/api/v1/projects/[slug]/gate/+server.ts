import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/gate.ts';
import { serve } from '#lib/server/api/serve.ts';
import { putGate } from '#lib/server/usecases/put-gate.ts';
import { readGate } from '#lib/server/usecases/read-gate.ts';

export const GET = serve(operations.readGate, async ({ app, actor, params }) => {
	const result = await readGate(app, actor, params.slug);
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});

export const PUT = serve(operations.putGate, async ({ app, actor, params, body }) => {
	const result = await putGate(app, actor, { slug: params.slug, ...body });
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
