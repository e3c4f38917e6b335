import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/base-models.ts';
import { serve } from '#lib/server/api/serve.ts';
import { retireBaseModel } from '#lib/server/usecases/put-base-model.ts';

export const DELETE = serve(operations.retireBaseModel, async ({ app, actor, params }) => {
	const result = await retireBaseModel(app, actor, params.id);
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
