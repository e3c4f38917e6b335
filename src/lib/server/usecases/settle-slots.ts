import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import type { Tx } from '../db/client.ts';
import * as comparisons from '../db/comparisons.ts';
import type { LockedComparison } from '../db/comparisons.ts';
import * as slots from '../db/slots.ts';
import { settleDispute } from './settle-dispute.ts';

/**
 * Gives places that became free to judgments that had come too late to count:
 * work that was done is used before anybody is asked again, and a comparison
 * whose people have all judged never waits for ever. The comparison is locked.
 * The audit says from when each counts, and through whose action (null: the sweep's).
 * @returns how many places were filled
 */
export async function fillFromSurplus(tx: Tx, actor: Actor | null, comparison: LockedComparison): Promise<number> {
	const waiting = await slots.surplus(tx, comparison.id);
	if (waiting.length === 0) return 0;
	const { places } = await slots.lockAll(tx, comparison.id);
	let filled = 0;
	for (const judgment of waiting) {
		const own = places.find((place) => place.judgmentId === null && place.annotatorId === judgment.annotatorId);
		const place = own ?? places.find((candidate) => candidate.free);
		if (!place) break;
		await slots.fill(tx, place.id, judgment);
		await record(tx, actor, { action: 'slot.fill', projectId: comparison.projectId, subject: ['judgment', judgment.judgmentId], details: { comparison: comparison.id, slot: place.id } });
		Object.assign(place, { judgmentId: judgment.judgmentId, annotatorId: judgment.annotatorId, free: false });
		filled += 1;
	}
	if (filled > 0) {
		await comparisons.setFilled(tx, comparison, comparison.filled + filled);
		await settleDispute(tx, comparison.id);
	}
	return filled;
}
