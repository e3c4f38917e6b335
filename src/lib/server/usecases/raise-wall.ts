import { contentHash } from '../../domain/canonical-json.ts';
import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import type { Db } from '../db/client.ts';
import * as comparisons from '../db/comparisons.ts';
import type { LockedComparison } from '../db/comparisons.ts';
import * as drafts from '../db/drafts.ts';
import * as judgments from '../db/judgments.ts';
import * as members from '../db/members.ts';
import * as people from '../db/people.ts';
import * as progress from '../db/progress.ts';
import * as projects from '../db/projects.ts';
import * as tasks from '../db/tasks.ts';
import * as users from '../db/users.ts';
import * as walls from '../db/walls.ts';
import { allow } from './access.ts';
import { fillFromSurplus } from './settle-slots.ts';
import { inTransaction } from './transaction.ts';
import { voidChain } from './void-chain.ts';

/** What a wall did when it was raised; nothing, to who is behind a wall before the same matter. */
export type RaisedWall = { id: string; voided: number; leasesEnded: number };

/**
 * Raises a wall between a person and a matter. From this transaction on nothing
 * of it is given or shown to them; what they judged of it is void, what they
 * hold of it is taken back (semantics 7). The record names the matter by hash.
 */
export async function raiseWall(app: { db: Db }, actor: Actor, input: { slug: string; userId: string; matter: string }): Promise<Result<RaisedWall>> {
	return inTransaction(app.db, async (tx) => {
		const access = await allow(tx, actor, { slug: input.slug }, 'walls.manage');
		if (!access.ok) return access;
		const projectId = access.value.project.id;
		const matter = input.matter.trim();
		await projects.serialise(tx, projectId);
		if (!(await members.isMember(tx, projectId, input.userId)) && !(await users.get(tx, input.userId))?.isAdmin) return fail('not_found', 'This person is no member of the project.');
		// Claims and judgments under way end before, later ones see the wall.
		await people.changePeople(tx, projectId);
		// To who may not know of the matter, or asks about themselves, every matter is one that nobody has touched.
		const hidden = input.userId === actor.userId || (await walls.mattersBehind(tx, projectId, actor.userId)).includes(matter);
		const wall = { projectId, userId: input.userId, matter };
		const id = await walls.raise(tx, { ...wall, raisedBy: actor.userId });
		if (id === null) {
			const standing = hidden ? await walls.standing(tx, wall) : null;
			return standing === null ? fail('conflict', 'This wall stands already.') : ok({ id: standing, voided: 0, leasesEnded: 0 });
		}

		const touched = await walls.touchedBy(tx, wall);
		for (const roundId of [...new Set([...touched.judgments, ...touched.tasks].map((one) => one.roundId))].toSorted()) await progress.lock(tx, roundId, actor.userId);
		const locked: LockedComparison[] = [];
		for (const comparisonId of new Set([...touched.judgments, ...touched.tasks].map((one) => one.comparisonId).toSorted())) locked.push(await comparisons.lock(tx, comparisonId));
		await tasks.releaseAll(tx, input.userId, [...new Set(touched.tasks.map((task) => task.comparisonId))]);
		await tasks.loseAll(tx, touched.tasks.map((task) => task.id));
		await drafts.erase(tx, touched.tasks.map((task) => task.id));
		let voided = 0;
		for (const { id: judgmentId } of touched.judgments) {
			const judgment = await judgments.get(tx, judgmentId);
			const done = judgment && (await voidChain(tx, actor, judgment, { reason: 'conflict_of_interest' }));
			voided += done?.voided ?? 0;
		}
		for (const comparison of locked) {
			const now = await comparisons.lock(tx, comparison.id);
			const before = now.status;
			const filled = await fillFromSurplus(tx, actor, now);
			if (filled > 0) await progress.add(tx, now.roundId, actor.userId, { counted: filled, completed: Number(now.status === 'complete') - Number(before === 'complete') });
		}
		await comparisons.refreshExhaustionOfProject(tx, projectId);
		await record(tx, actor, { action: 'wall.raise', projectId, subject: ['wall', id], details: { user: input.userId, matter: contentHash(matter), voided } });
		return ok(hidden ? { id, voided: 0, leasesEnded: 0 } : { id, voided, leasesEnded: touched.tasks.length });
	});
}
