import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { newSecret, secretHash } from '../auth/secrets.ts';
import { record } from '../db/audit.ts';
import * as passwordLinks from '../db/password-links.ts';
import * as users from '../db/users.ts';
import { allowSite } from './access.ts';
import { inTransaction } from './transaction.ts';

/** How long a link waits to be opened. */
const HOURS = 24;

/** Makes the secret of a one-time link with which a person sets a password. An earlier link of theirs ends. */
export async function issuePasswordLink(app: Pick<App, 'db'>, actor: Actor, userId: string): Promise<Result<{ token: string; expiresAt: string }>> {
	const allowed = allowSite(actor, 'user.manage');
	if (!allowed.ok) return allowed;
	// The link opens a whole account: more than a token limited to some scopes may give.
	if (actor.scopes) return fail('scope_missing', 'A token with limited scopes cannot make a password link. Sign in instead.');
	return inTransaction(app.db, async (tx) => {
		const account = await users.lock(tx, userId);
		if (!account) return fail('not_found', 'There is no user with this id.');
		if (account.deactivatedAt !== null) return fail('conflict', 'This user is deactivated. Reactivate the account first.');
		await passwordLinks.closeAll(tx, userId);
		const token = newSecret();
		const expiresAt = await passwordLinks.insert(tx, { tokenHash: secretHash(token), userId, createdBy: actor.userId, hours: HOURS });
		await record(tx, actor, { action: 'password_link.issue', subject: ['user', userId] });
		return ok({ token, expiresAt: expiresAt.toISOString() });
	});
}
