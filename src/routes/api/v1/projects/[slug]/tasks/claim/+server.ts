import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/judging.ts';
import { serve } from '#lib/server/api/serve.ts';
import { claimTask, RETRY_AFTER_SECONDS } from '#lib/server/usecases/claim-task.ts';

export const POST = serve(operations.claimTask, async ({ app, actor, params, headers }) => {
	const claimed = await claimTask(app, actor, { slug: params.slug, claimKey: headers['idempotency-key'] ?? null });
	if (!claimed.ok) return claimed;
	if (claimed.value === null) return ok({ status: 204, headers: { 'retry-after': String(RETRY_AFTER_SECONDS) } });
	return ok({ status: 200, body: claimed.value });
});
