import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/data.ts';
import { serve } from '#lib/server/api/serve.ts';
import { listSnapshotRules } from '#lib/server/usecases/read-snapshot-rules.ts';

export const GET = serve(operations.listSnapshotRules, async ({ app, actor, params }) => {
	const result = await listSnapshotRules(app, actor, params.slug);
	return result.ok ? ok({ status: 200, body: { rules: result.value } }) : result;
});
