import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/users.ts';
import { serve } from '#lib/server/api/serve.ts';
import { issueToken } from '#lib/server/usecases/issue-token.ts';
import { listTokens } from '#lib/server/usecases/list-tokens.ts';

/** A person has a few; whoever has more sees the newest. */
const SHOWN = 200;

export const GET = serve(operations.listOwnTokens, async ({ app, actor }) => ok({ status: 200, body: { tokens: (await listTokens(app, actor, SHOWN)).tokens } }));

export const POST = serve(operations.issueOwnToken, async ({ app, actor, body }) => {
	const { scopes, expiresAt, name } = body;
	const issued = await issueToken(app, actor, { scopes, expiresAt, name });
	return issued.ok ? ok({ status: 201, body: issued.value }) : issued;
});
