import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/history.ts';
import { serve } from '#lib/server/api/serve.ts';
import { readJudgment } from '#lib/server/usecases/read-judgment.ts';

export const GET = serve(operations.readJudgment, async ({ app, actor, params }) => {
	const result = await readJudgment(app, actor, params.id);
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
