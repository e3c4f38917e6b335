import { ok } from '#lib/domain/problem.ts';
import * as operations from '#lib/server/api/operations/users.ts';
import { serve } from '#lib/server/api/serve.ts';
import { revokeToken } from '#lib/server/usecases/revoke-token.ts';

export const DELETE = serve(operations.revokeToken, async ({ app, actor, params }) => {
	const revoked = await revokeToken(app, actor, params.id);
	return revoked.ok ? ok({ status: 204 }) : revoked;
});
