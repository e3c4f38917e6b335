import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/data.ts';
import { serve } from '#lib/server/api/serve.ts';
import { compareSnapshots } from '#lib/server/usecases/compare-snapshots.ts';

export const GET = serve(operations.compareSnapshots, async ({ app, actor, params, query }) => {
	const result = await compareSnapshots(app, actor, { ...params, ...query });
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
