import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/lineage.ts';
import { serve } from '#lib/server/api/serve.ts';
import { readLineage } from '#lib/server/usecases/read-lineage.ts';

export const GET = serve(operations.readLineage, async ({ app, actor, params }) => {
	const result = await readLineage(app, actor, params);
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
