import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/clean-ups.ts';
import { serve } from '#lib/server/api/serve.ts';
import { startCleanUp } from '#lib/server/usecases/clean-up.ts';

export const POST = serve(operations.startCleanUp, async ({ app, actor, body }) => {
	const result = await startCleanUp(app, actor, body);
	return result.ok ? ok({ status: 202, body: result.value }) : result;
});
