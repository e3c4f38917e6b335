import { fail, ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/health.ts';
import { serve } from '#lib/server/api/serve.ts';
import { readiness } from '#lib/server/usecases/readiness.ts';

export const GET = serve(operations.readyz, async ({ app }) => {
	const state = await readiness(app);
	if (state.ready) return ok({ status: 200, body: state });
	const missing = (['database', 'migrations', 'worker'] as const).filter((part) => !state[part]);
	return fail('not_ready', `Missing: ${missing.join(', ')}.`, { facts: { ...state, retryAfter: 5 } });
});
