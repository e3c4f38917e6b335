import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import { openSession } from '../auth/lucia.ts';
import type { SessionCookie } from '../auth/lucia.ts';
import { checkNewPassword, hashPassword } from '../auth/password.ts';
import { secretHash } from '../auth/secrets.ts';
import { record } from '../db/audit.ts';
import * as passwordLinks from '../db/password-links.ts';
import * as sessions from '../db/sessions.ts';
import * as users from '../db/users.ts';
import { inTransaction } from './transaction.ts';

/** Whether a link still opens, for the page before the person types a password. */
export async function isPasswordLinkOpen(app: Pick<App, 'db'>, token: string): Promise<boolean> {
	return (await passwordLinks.personOf(app.db, secretHash(token))) !== null;
}

/** Sets a password by a one-time link and signs the person in; all earlier sessions end. A password that may not be used leaves the link open. */
export async function redeemPasswordLink(
	app: Pick<App, 'db' | 'config'>,
	input: { token: string; password: string }
): Promise<Result<{ userId: string; cookie: SessionCookie }>> {
	const usable = checkNewPassword(input.password);
	if (!usable.ok) return usable;
	const gone = () => fail('gone', 'This link was used or has expired. Ask an administrator for a new one.');
	const tokenHash = secretHash(input.token);
	// Hashing a password is work: not for who only guesses links.
	const userId = await passwordLinks.personOf(app.db, tokenHash);
	if (!userId) return gone();
	const passwordHash = await hashPassword(input.password);
	return inTransaction(app.db, async (tx) => {
		// The person first, then the link: whoever makes a new link takes them in this order too.
		const account = await users.lock(tx, userId);
		if (!account || account.deactivatedAt !== null || !(await passwordLinks.use(tx, tokenHash))) return gone();
		await users.setPassword(tx, account.id, passwordHash);
		await sessions.removeAll(tx, account.id);
		const cookie = await openSession(tx, app.config, account.id);
		await record(tx, { userId: account.id, isAdmin: account.isAdmin, via: 'session', scopes: null }, { action: 'password.set_by_link', subject: ['user', account.id] });
		return ok({ userId: account.id, cookie });
	});
}
