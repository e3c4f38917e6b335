import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/data.ts';
import { serve } from '#lib/server/api/serve.ts';
import { freezeSnapshot } from '#lib/server/usecases/freeze-snapshot.ts';
import { listSnapshots } from '#lib/server/usecases/read-snapshot.ts';

export const GET = serve(operations.listSnapshots, async ({ app, actor, params }) => {
	const result = await listSnapshots(app, actor, params.slug);
	return result.ok ? ok({ status: 200, body: { snapshots: result.value } }) : result;
});

export const POST = serve(operations.createSnapshot, async ({ app, actor, params, body }) => {
	const result = await freezeSnapshot(app, actor, { slug: params.slug, ...body });
	return result.ok ? ok({ status: 201, body: result.value }) : result;
});
