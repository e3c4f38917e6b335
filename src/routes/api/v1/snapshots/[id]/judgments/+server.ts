import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/lineage.ts';
import { serve } from '#lib/server/api/serve.ts';
import { listSnapshotJudgments } from '#lib/server/usecases/list-snapshot-judgments.ts';

export const GET = serve(operations.listSnapshotJudgments, async ({ app, actor, params, query }) => {
	const result = await listSnapshotJudgments(app, actor, { id: params.id, ...query });
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
