import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/automation.ts';
import { serve } from '#lib/server/api/serve.ts';
import { approveAutomation, declineAutomation } from '#lib/server/usecases/answer-automation.ts';

export const POST = serve(operations.answerAutomation, async ({ app, actor, params: { slug }, body: { approve, reason } }) => {
	const result = approve ? await approveAutomation(app, actor, slug) : await declineAutomation(app, actor, { slug, reason: reason ?? '' });
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
