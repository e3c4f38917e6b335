import { fail, ok, wrongField } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { beginAttempt, PER_PERSON } from '../auth/attempts.ts';
import { openSession } from '../auth/lucia.ts';
import type { SessionCookie } from '../auth/lucia.ts';
import { checkNewPassword, hashPassword, verifyPassword } from '../auth/password.ts';
import { record } from '../db/audit.ts';
import * as passwordLinks from '../db/password-links.ts';
import * as sessions from '../db/sessions.ts';
import * as users from '../db/users.ts';
import { inTransaction } from './transaction.ts';

/**
 * Gives the person who asks a new password. The current one is needed: a
 * borrowed screen must not become a stolen account. Every other session ends;
 * this browser goes on under the cookie returned.
 */
export async function changePassword(
	app: Pick<App, 'db' | 'config'>,
	actor: Actor,
	input: { currentPassword: string; newPassword: string }
): Promise<Result<{ cookie: SessionCookie }>> {
	if (actor.via !== 'session') return fail('forbidden', 'A password is changed by the person who is signed in, not by a token.');
	const usable = checkNewPassword(input.newPassword, 'newPassword');
	if (!usable.ok) return usable;
	const attempt = await beginAttempt(app.db, [{ limit: PER_PERSON, kind: 'change-password', parts: [actor.userId] }]);
	if (!attempt.ok) return attempt;
	const before = await users.get(app.db, actor.userId);
	const wrong = () => wrongField('currentPassword', 'is not your current password');
	if (!(await verifyPassword(before?.passwordHash ?? null, input.currentPassword))) return wrong();
	const passwordHash = await hashPassword(input.newPassword);
	const changed = await inTransaction(app.db, async (tx) => {
		const account = await users.lock(tx, actor.userId);
		if (!account || account.deactivatedAt !== null || account.passwordHash !== before?.passwordHash) return wrong();
		await users.setPassword(tx, actor.userId, passwordHash);
		await passwordLinks.closeAll(tx, actor.userId);
		const ended = await sessions.removeAll(tx, actor.userId);
		const cookie = await openSession(tx, app.config, actor.userId);
		await record(tx, actor, { action: 'password.change', subject: ['user', actor.userId], details: { sessionsEnded: ended } });
		return ok({ cookie });
	});
	if (changed.ok) await attempt.value.succeeded();
	return changed;
}
