import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/projects.ts';
import { serve } from '#lib/server/api/serve.ts';
import { putForm } from '#lib/server/usecases/put-form.ts';

export const PUT = serve(operations.putForm, async ({ app, actor, params, body }) => {
	const result = await putForm(app, actor, { slug: params.slug, form: body });
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
