import { ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { blankCookie, endSession, sessionIdFrom } from '../auth/lucia.ts';
import type { SessionCookie } from '../auth/lucia.ts';
import { record } from '../db/audit.ts';
import { inTransaction } from './transaction.ts';

/** Ends the session of this browser. Without one there is only a cookie to forget. */
export async function signOut(
	app: Pick<App, 'db' | 'config'>,
	actor: Actor | null,
	input: { cookie: string | null }
): Promise<Result<{ cookie: SessionCookie }>> {
	const sessionId = sessionIdFrom(input.cookie);
	return inTransaction(app.db, async (tx) => {
		if (sessionId) await endSession(tx, app.config, sessionId);
		if (sessionId && actor) await record(tx, actor, { action: 'session.sign_out', subject: ['user', actor.userId] });
		return ok({ cookie: blankCookie(app.config) });
	});
}
