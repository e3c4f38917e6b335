import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/base-models.ts';
import { serve } from '#lib/server/api/serve.ts';
import { fetchBaseModel } from '#lib/server/usecases/put-base-model.ts';

export const POST = serve(operations.fetchBaseModel, async ({ app, actor, params }) => {
	const result = await fetchBaseModel(app, actor, params.id);
	return result.ok ? ok({ status: 202, body: result.value }) : result;
});
