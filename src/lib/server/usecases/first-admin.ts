import { timingSafeEqual } from 'node:crypto';
import { fail, ok, wrongField } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import { beginAttempt, party, PER_ADDRESS, PER_PERSON } from '../auth/attempts.ts';
import { openSession } from '../auth/lucia.ts';
import type { SessionCookie } from '../auth/lucia.ts';
import { checkNewPassword, hashPassword } from '../auth/password.ts';
import { readEmail, readName } from '../auth/profile.ts';
import { secretHash } from '../auth/secrets.ts';
import { record } from '../db/audit.ts';
import * as users from '../db/users.ts';
import { inTransaction } from './transaction.ts';

/** Whether the set-up page is open: a code was printed at the start and nobody has an account yet. */
export async function isSetupOpen(app: Pick<App, 'db' | 'config'>): Promise<boolean> {
	return app.config.setupCode !== undefined && app.config.setupCode !== '' && (await users.none(app.db));
}

/** Compares hashes: equal in length, so that neither length nor content shows in the time taken. */
function sameCode(given: string, expected: string): boolean {
	return timingSafeEqual(Buffer.from(secretHash(given)), Buffer.from(secretHash(expected)));
}

/** Makes the first administrator, for who read the code on the terminal, and signs that person in. */
export async function firstAdmin(
	app: Pick<App, 'db' | 'config'>,
	input: { code: string; email: string; name: string; password: string; address: string }
): Promise<Result<{ userId: string; cookie: SessionCookie }>> {
	const closed = () => fail('gone', 'The set-up is over. Sign in, or ask an administrator for an account.');
	const expected = app.config.setupCode;
	if (!expected || !(await isSetupOpen(app))) return closed();
	const email = readEmail(input.email);
	if (email === null) return wrongField('email', 'an email address such as ada@example.org');
	const name = readName(input.name);
	if (name === null) return wrongField('name', 'a name of at most 200 characters');
	const usable = checkNewPassword(input.password);
	if (!usable.ok) return usable;
	const attempt = await beginAttempt(app.db, [
		{ limit: PER_PERSON, kind: 'setup', parts: [party(input.address)] },
		{ limit: PER_ADDRESS, kind: 'setup-all', parts: ['setup'] }
	]);
	if (!attempt.ok) return attempt;
	if (!sameCode(input.code.trim(), expected)) return wrongField('code', 'is not the code that the terminal shows');
	const passwordHash = await hashPassword(input.password);
	const made = await inTransaction(app.db, async (tx) => {
		await users.lockAll(tx);
		if (!(await users.none(tx))) return closed();
		const userId = await users.insert(tx, { email, name, isAdmin: true, passwordHash });
		const cookie = await openSession(tx, app.config, userId);
		await record(tx, null, { action: 'user.create', subject: ['user', userId], details: { isAdmin: true, first: true } });
		return ok({ userId, cookie });
	});
	if (made.ok) await attempt.value.succeeded();
	return made;
}
