import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/assignments.ts';
import { serve } from '#lib/server/api/serve.ts';
import { readOwnWork } from '#lib/server/usecases/read-own-work.ts';

export const GET = serve(operations.readOwnWork, async ({ app, actor, params }) => {
	const result = await readOwnWork(app, actor, params.slug);
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
