import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import * as members from '../db/members.ts';
import * as passwordLinks from '../db/password-links.ts';
import * as sessions from '../db/sessions.ts';
import * as tasks from '../db/tasks.ts';
import * as tokens from '../db/tokens.ts';
import * as users from '../db/users.ts';
import { allowSite } from './access.ts';
import { releaseLeases } from './release-leases.ts';
import { inTransaction } from './transaction.ts';

/** What a deactivation ended. */
export type Deactivated = { releasedLeases: number; endedSessions: number; revokedTokens: number };

/**
 * Shuts a person out at once: leases are free for others, sessions and tokens
 * end. What the person judged stays. Twice is once; the last administrator stays.
 */
export async function deactivateUser(app: Pick<App, 'db'>, actor: Actor, userId: string): Promise<Result<Deactivated>> {
	const allowed = allowSite(actor, 'user.manage');
	if (!allowed.ok) return allowed;
	return inTransaction(app.db, async (tx) => {
		const admins = await users.lockActiveAdmins(tx);
		const account = await users.lock(tx, userId);
		if (!account) return fail('not_found', 'There is no user with this id.');
		if (account.deactivatedAt !== null) return ok({ releasedLeases: 0, endedSessions: 0, revokedTokens: 0 });
		if (admins.length === 1 && admins[0] === userId) {
			return fail('conflict', 'This is the last active administrator. Make another one first, or nobody could let people in any more.');
		}
		await users.deactivate(tx, userId);
		// An administrator decides in projects that they are no member of, too.
		const mine = [...(await members.projectsOf(tx, userId, false)).map(({ project }) => project.id), ...(await tasks.projectsHeld(tx, userId))];
		const ended: Deactivated = {
			releasedLeases: await releaseLeases(tx, actor, userId, [...new Set(mine)]),
			endedSessions: await sessions.removeAll(tx, userId),
			revokedTokens: await tokens.revokeAll(tx, userId)
		};
		await passwordLinks.closeAll(tx, userId);
		await record(tx, actor, { action: 'user.deactivate', subject: ['user', userId], details: ended });
		return ok(ended);
	});
}
