import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/comments.ts';
import { serve } from '#lib/server/api/serve.ts';
import { addComment } from '#lib/server/usecases/add-comment.ts';
import { listComments } from '#lib/server/usecases/list-comments.ts';

export const GET = serve(operations.listComments, async ({ app, actor, params }) => {
	const result = await listComments(app, actor, params.id);
	return result.ok ? ok({ status: 200, body: result.value }) : result;
});

export const POST = serve(operations.addComment, async ({ app, actor, params, body }) => {
	const result = await addComment(app, actor, { comparisonId: params.id, ...body });
	return result.ok ? ok({ status: 201, body: result.value }) : result;
});
