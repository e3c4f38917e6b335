import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/clean-ups.ts';
import { serve } from '#lib/server/api/serve.ts';
import { planCleanUp } from '#lib/server/usecases/clean-up.ts';

export const GET = serve(operations.planCleanUp, async ({ app, actor, query }) => {
	const result = await planCleanUp(app, actor, query);
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
