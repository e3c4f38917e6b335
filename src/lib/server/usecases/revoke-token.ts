import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import * as tokens from '../db/tokens.ts';
import { allowSite } from './access.ts';
import { inTransaction } from './transaction.ts';

/** Ends a token for good: one's own, or anybody's as administrator. A token with limited scopes ends itself alone, but for an administrator's with `user.manage`, which ends anybody's, its own person's too. Twice is once. */
export async function revokeToken(app: Pick<App, 'db'>, actor: Actor, tokenId: string): Promise<Result<null>> {
	return inTransaction(app.db, async (tx) => {
		const token = await tokens.lock(tx, tokenId);
		// Whose tokens there are is nobody else's business: no "forbidden" that would tell.
		const anybodys = allowSite(actor, 'user.manage').ok;
		if (!token || (token.userId !== actor.userId && !anybodys)) return fail('not_found', 'There is no such token of yours.');
		if (actor.scopes && !anybodys && actor.tokenId !== tokenId) return fail('scope_missing', 'A token with limited scopes ends itself alone. Sign in to end another.');
		if (token.revoked) return ok(null);
		await tokens.revoke(tx, tokenId);
		await record(tx, actor, { action: 'token.revoke', subject: ['token', tokenId], details: { user: token.userId } });
		return ok(null);
	});
}
