import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/users.ts';
import { serve } from '#lib/server/api/serve.ts';
import { issueToken } from '#lib/server/usecases/issue-token.ts';

export const POST = serve(operations.issueTokenFor, async ({ app, actor, params, body }) => {
	const issued = await issueToken(app, actor, { ...body, userId: params.id });
	return issued.ok ? ok({ status: 201, body: issued.value }) : issued;
});
