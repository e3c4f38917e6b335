import { ok, wrongField } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { beginAttempt, PER_PERSON } from '../auth/attempts.ts';
import { verifyPassword } from '../auth/password.ts';
import * as users from '../db/users.ts';

/**
 * Whether the person who acts knows their password now. A signature is a
 * person's: neither a screen left open nor an API token alone gives one, so a
 * call with a token carries the password too.
 */
export async function reauthenticate(app: Pick<App, 'db'>, actor: Actor, password: string | undefined): Promise<Result<null>> {
	if (password === undefined || password === '') return wrongField('password', 'type your password: it is your signature (a token alone signs nothing)');
	const attempt = await beginAttempt(app.db, [{ limit: PER_PERSON, kind: 'sign', parts: [actor.userId] }]);
	if (!attempt.ok) return attempt;
	const account = await users.get(app.db, actor.userId);
	const right = await verifyPassword(account?.passwordHash ?? null, password);
	if (!right || !account || account.deactivatedAt !== null) return wrongField('password', 'is not your password');
	await attempt.value.succeeded();
	return ok(null);
}
