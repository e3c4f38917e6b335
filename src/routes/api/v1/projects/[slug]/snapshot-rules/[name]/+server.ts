import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/data.ts';
import { serve } from '#lib/server/api/serve.ts';
import { putSnapshotRule } from '#lib/server/usecases/put-snapshot-rule.ts';
import { readSnapshotRule } from '#lib/server/usecases/read-snapshot-rules.ts';

export const GET = serve(operations.readSnapshotRule, async ({ app, actor, params }) => {
	const result = await readSnapshotRule(app, actor, params);
	return result.ok ? ok({ status: 200, body: { versions: result.value } }) : result;
});

export const PUT = serve(operations.putSnapshotRule, async ({ app, actor, params, body }) => {
	const result = await putSnapshotRule(app, actor, { ...params, ...body });
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
