import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/automation.ts';
import { serve } from '#lib/server/api/serve.ts';
import { approveAutomation } from '#lib/server/usecases/put-automation.ts';

export const POST = serve(operations.approveAutomation, async ({ app, actor, params }) => {
	const result = await approveAutomation(app, actor, params.slug);
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
