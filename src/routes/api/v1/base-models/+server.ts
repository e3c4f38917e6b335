import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/base-models.ts';
import { serve } from '#lib/server/api/serve.ts';
import { addBaseModel, listBaseModels } from '#lib/server/usecases/put-base-model.ts';

export const GET = serve(operations.listBaseModels, async ({ app, actor }) => {
	const result = await listBaseModels(app, actor);
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});

export const POST = serve(operations.addBaseModel, async ({ app, actor, body }) => {
	const result = await addBaseModel(app, actor, body);
	return result.ok ? ok({ status: 202, body: result.value }) : result;
});
