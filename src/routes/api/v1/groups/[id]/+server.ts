import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/assignments.ts';
import { serve } from '#lib/server/api/serve.ts';
import { putGroup } from '#lib/server/usecases/put-group.ts';
import { removeGroup } from '#lib/server/usecases/remove-group.ts';

export const PUT = serve(operations.putGroup, async ({ app, actor, params, body }) => {
	const result = await putGroup(app, actor, { id: params.id, ...body });
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});

export const DELETE = serve(operations.removeGroup, async ({ app, actor, params }) => {
	const result = await removeGroup(app, actor, params.id);
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
