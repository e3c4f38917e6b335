import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/automation.ts';
import { serve } from '#lib/server/api/serve.ts';
import { putAutomation, readAutomation } from '#lib/server/usecases/put-automation.ts';

export const GET = serve(operations.readAutomation, async ({ app, actor, params }) => {
	const result = await readAutomation(app, actor, params.slug);
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});

export const PUT = serve(operations.putAutomation, async ({ app, actor, params, body }) => {
	const result = await putAutomation(app, actor, { slug: params.slug, settings: body });
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
