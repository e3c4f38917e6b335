import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import { beginAttempt, party, PER_ADDRESS, PER_PERSON } from '../auth/attempts.ts';
import { openSession } from '../auth/lucia.ts';
import type { SessionCookie } from '../auth/lucia.ts';
import { verifyPassword } from '../auth/password.ts';
import { record } from '../db/audit.ts';
import * as users from '../db/users.ts';
import { inTransaction } from './transaction.ts';

/**
 * Opens a session for who knows the password. Unknown email, wrong password and
 * a deactivated account get the same answer after the same work.
 */
export async function signIn(
	app: Pick<App, 'db' | 'config' | 'log'>,
	input: { email: string; password: string; address: string }
): Promise<Result<{ userId: string; cookie: SessionCookie }>> {
	// NUL and half surrogates are in no stored email, and PostgreSQL would choke on them.
	const email = input.email.trim().normalize('NFC').toWellFormed().replaceAll('\0', '');
	const found = await users.byEmail(app.db, email);
	const address = party(input.address);
	const attempt = await beginAttempt(app.db, [
		// By account where there is one: spelling an email in other letters gives no further attempts.
		{ limit: PER_PERSON, kind: 'sign-in', parts: [found?.id ?? email.toLowerCase(), address] },
		{ limit: PER_ADDRESS, kind: 'sign-in-address', parts: [address] }
	]);
	if (!attempt.ok) {
		app.log.warn({ userId: found?.id ?? null }, 'sign-in refused: too many attempts');
		return attempt;
	}
	const wrong = () => fail('wrong_credentials', 'Email or password is wrong, or the account is not active.');
	if (!(await verifyPassword(found?.passwordHash ?? null, input.password)) || !found) return wrong();
	const signedIn = await inTransaction(app.db, async (tx) => {
		const account = await users.lock(tx, found.id);
		// Changed while the password was being checked: what was right then is not any more.
		if (!account || account.deactivatedAt !== null || account.passwordHash !== found.passwordHash) return wrong();
		const cookie = await openSession(tx, app.config, account.id);
		await record(tx, { userId: account.id, isAdmin: account.isAdmin, via: 'session', scopes: null }, { action: 'session.sign_in', subject: ['user', account.id] });
		return ok({ userId: account.id, cookie });
	});
	if (signedIn.ok) await attempt.value.succeeded();
	return signedIn;
}
