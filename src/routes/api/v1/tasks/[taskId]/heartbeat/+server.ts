import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/judging.ts';
import { serve } from '#lib/server/api/serve.ts';
import { heartbeatTask } from '#lib/server/usecases/heartbeat-task.ts';

export const POST = serve(operations.heartbeatTask, async ({ app, actor, params, body }) => {
	const result = await heartbeatTask(app, actor, { taskId: params.taskId, ...body });
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});
