import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/loop.ts';
import { serve } from '#lib/server/api/serve.ts';
import { searchRunLog } from '#lib/server/usecases/read-run.ts';

export const GET = serve(operations.searchRunLog, async ({ app, actor, params, query }) => {
	const result = await searchRunLog(app, actor, { runId: params.id, text: query.text, cursor: query.cursor });
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
