import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import * as comparisons from '../db/comparisons.ts';
import * as members from '../db/members.ts';
import * as users from '../db/users.ts';
import { allowSite } from './access.ts';
import { inTransaction } from './transaction.ts';

/** Lets a person in again, with the password of before. Revoked tokens stay revoked. Twice is once. */
export async function reactivateUser(app: Pick<App, 'db'>, actor: Actor, userId: string): Promise<Result<null>> {
	const allowed = allowSite(actor, 'user.manage');
	if (!allowed.ok) return allowed;
	return inTransaction(app.db, async (tx) => {
		const account = await users.lock(tx, userId);
		if (!account) return fail('not_found', 'There is no user with this id.');
		if (account.deactivatedAt === null) return ok(null);
		// They come back with all rights, by the password of before: whoever holds such a token may be they.
		if (account.isAdmin && actor.scopes) return fail('scope_missing', 'A token with limited scopes cannot let an administrator in again. Sign in instead.');
		await users.reactivate(tx, userId);
		// In the order in which a deactivation takes them: two at once must not wait for each other.
		const mine = (await members.projectsOf(tx, userId, false)).map(({ project }) => project.id);
		for (const projectId of mine.toSorted()) await comparisons.refreshExhaustionOfProject(tx, projectId);
		await record(tx, actor, { action: 'user.reactivate', subject: ['user', userId] });
		return ok(null);
	});
}
