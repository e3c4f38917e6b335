import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/desk.ts';
import { serve } from '#lib/server/api/serve.ts';
import { keepDraft, readDraft } from '#lib/server/usecases/keep-draft.ts';

export const PUT = serve(operations.keepDraft, async ({ app, actor, params, body }) => {
	const result = await keepDraft(app, actor, { taskId: params.taskId, ...body });
	return result.ok ? ok(result.value ? { status: 200, body: result.value } : { status: 204 }) : result;
});

export const GET = serve(operations.readDraft, async ({ app, actor, params }) => {
	const result = await readDraft(app, actor, params.taskId);
	return result.ok ? ok(result.value ? { status: 200, body: result.value } : { status: 204 }) : result;
});
