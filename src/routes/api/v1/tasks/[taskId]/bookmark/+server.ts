import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/desk.ts';
import { serve } from '#lib/server/api/serve.ts';
import { bookmarkPair } from '#lib/server/usecases/bookmark-pair.ts';

export const PUT = serve(operations.putBookmark, async ({ app, actor, params, body }) => {
	const result = await bookmarkPair(app, actor, { taskId: params.taskId, keep: true, note: body.note });
	return result.ok ? ok({ status: 204 }) : result;
});

export const DELETE = serve(operations.removeBookmark, async ({ app, actor, params }) => {
	const result = await bookmarkPair(app, actor, { taskId: params.taskId, keep: false });
	return result.ok ? ok({ status: 204 }) : result;
});
