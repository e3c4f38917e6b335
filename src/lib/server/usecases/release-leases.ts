import type { Actor } from '../auth/actor.ts';
import * as adjudications from '../db/adjudications.ts';
import type { Tx } from '../db/client.ts';
import * as comparisons from '../db/comparisons.ts';
import type { LockedComparison } from '../db/comparisons.ts';
import * as progress from '../db/progress.ts';
import * as people from '../db/people.ts';
import * as projects from '../db/projects.ts';
import * as tasks from '../db/tasks.ts';
import { fillFromSurplus } from './settle-slots.ts';

/** What a person may no longer hold: places of pairs to judge, pairs to decide. */
export type Releasing = { places: boolean; adjudications: boolean };

/**
 * Follows up on a person who was taken out of these projects, or may no longer do there what they did: their leases are
 * given back, judgments that had come too late take the places (nobody else may
 * be left to claim them), and comparisons that wait for nobody are exhausted.
 * Locks as judging does: people, person, comparison, slot.
 * @returns how many leases were given back
 */
export async function releaseLeases(tx: Tx, actor: Actor, userId: string, projectIds: readonly string[], of: Releasing = { places: true, adjudications: true }): Promise<number> {
	let released = 0;
	for (const projectId of projectIds.toSorted()) {
		await projects.serialise(tx, projectId);
		await people.changePeople(tx, projectId);
		const held = of.places ? await tasks.heldBy(tx, userId, projectId) : [];
		for (const roundId of new Set(held.map((place) => place.roundId))) await progress.lock(tx, roundId, actor.userId);
		await comparisons.refreshExhaustionOfProject(tx, projectId);
		const locked: LockedComparison[] = [];
		for (const { comparisonId } of held) locked.push(await comparisons.lock(tx, comparisonId));
		released += await tasks.releaseAll(tx, userId, held.map((place) => place.comparisonId));
		if (of.adjudications) released += await adjudications.release(tx, projectId, userId);
		for (const comparison of locked) {
			const before = comparison.status;
			const filled = await fillFromSurplus(tx, actor, comparison);
			if (filled > 0) await progress.add(tx, comparison.roundId, actor.userId, { counted: filled, completed: Number(comparison.status === 'complete') - Number(before === 'complete') });
		}
	}
	return released;
}
