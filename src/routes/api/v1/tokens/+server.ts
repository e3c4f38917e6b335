import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/users.ts';
import { serve } from '#lib/server/api/serve.ts';
import { issueToken } from '#lib/server/usecases/issue-token.ts';

export const POST = serve(operations.issueOwnToken, async ({ app, actor, body }) => {
	const { scopes, expiresAt, name } = body;
	const issued = await issueToken(app, actor, { scopes, expiresAt, name });
	return issued.ok ? ok({ status: 201, body: issued.value }) : issued;
});
