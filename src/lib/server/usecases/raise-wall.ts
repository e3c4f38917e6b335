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
import * as walls from '../db/walls.ts';
import { allow } from './access.ts';
import { fillFromSurplus } from './settle-slots.ts';
import { inTransaction } from './transaction.ts';
import { voidChain } from './void-chain.ts';

/** What a wall did when it was raised. */
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
		if (!(await members.isMember(tx, projectId, input.userId))) return fail('not_found', 'This person is no member of the project.');
		// Claims and judgments under way end before, later ones see the wall.
		await people.changePeople(tx, projectId);
		const id = await walls.raise(tx, { projectId, userId: input.userId, matter, raisedBy: actor.userId });
		if (id === null) return fail('conflict', 'This wall stands already.');

		const touched = await walls.touchedBy(tx, { projectId, userId: input.userId, matter });
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
		return ok({ id, voided, leasesEnded: touched.tasks.length });
	});
}
