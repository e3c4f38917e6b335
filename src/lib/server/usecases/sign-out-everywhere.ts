import { ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { blankCookie } from '../auth/lucia.ts';
import type { SessionCookie } from '../auth/lucia.ts';
import { record } from '../db/audit.ts';
import * as sessions from '../db/sessions.ts';
import * as users from '../db/users.ts';
import { inTransaction } from './transaction.ts';

/** Ends every session of a person, this one included. Tokens go on: they are revoked one by one. */
export async function signOutEverywhere(app: Pick<App, 'db' | 'config'>, actor: Actor): Promise<Result<{ ended: number; cookie: SessionCookie }>> {
	return inTransaction(app.db, async (tx) => {
		await users.lock(tx, actor.userId);
		const ended = await sessions.removeAll(tx, actor.userId);
		await record(tx, actor, { action: 'session.sign_out_everywhere', subject: ['user', actor.userId], details: { ended } });
		return ok({ ended, cookie: blankCookie(app.config) });
	});
}
