import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/assignments.ts';
import { serve } from '#lib/server/api/serve.ts';
import { listGroups } from '#lib/server/usecases/list-groups.ts';
import { putGroup } from '#lib/server/usecases/put-group.ts';

export const GET = serve(operations.listGroups, async ({ app, actor, params }) => {
	const result = await listGroups(app, actor, params.slug);
	return result.ok ? ok({ status: 200, body: { groups: result.value } }) : result;
});

export const POST = serve(operations.createGroup, async ({ app, actor, params, body }) => {
	const result = await putGroup(app, actor, { slug: params.slug, ...body });
	return result.ok ? ok({ status: 201, body: result.value }) : result;
});
