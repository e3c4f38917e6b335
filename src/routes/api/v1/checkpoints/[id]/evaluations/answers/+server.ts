import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/suites.ts';
import { serve } from '#lib/server/api/serve.ts';
import { readCheckAnswers } from '#lib/server/usecases/read-check-answers.ts';

export const GET = serve(operations.readCheckAnswers, async ({ app, actor, params, query }) => {
	const result = await readCheckAnswers(app, actor, { checkpointId: params.id, check: query.check, exportId: query.exportId });
	if (!result.ok) return result;
	const { checkpoint: _checkpoint, project: _project, ...body } = result.value;
	return ok({ status: 200, body });
});
