import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/judging.ts';
import { serve } from '#lib/server/api/serve.ts';
import { skipTask } from '#lib/server/usecases/skip-task.ts';

export const POST = serve(operations.skipTask, async ({ app, actor, params, body }) => {
	const result = await skipTask(app, actor, { taskId: params.taskId, ...body });
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
