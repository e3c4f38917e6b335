/** What a project decided on a checkpoint, oldest first. */
export type ChampionStep = { checkpointId: string; decision: 'promote' | 'reject' | 'more_data' | 'roll_back' };

/**
 * The line of champions that stand, from the base model (which leads without a
 * decision) to the one that leads now. Promoting puts a checkpoint at its end; a
 * later decision other than that takes it out again; going back to an earlier
 * one takes out all that came after it, so that none of them returns when that
 * one is rejected too. Decisions that say nothing new change nothing.
 */
export function championLine(baseId: string, steps: Iterable<ChampionStep>): string[] {
	let line = [baseId];
	for (const { checkpointId, decision } of steps) {
		if (decision === 'roll_back') {
			const place = line.indexOf(checkpointId);
			// Whom nothing leads back to any more is put at the end: it was a champion once.
			line = place >= 0 ? line.slice(0, place + 1) : [...line, checkpointId];
		} else if (checkpointId !== baseId) {
			line = line.filter((id) => id !== checkpointId);
			if (decision === 'promote') line.push(checkpointId);
		}
	}
	return line;
}

/** Checkpoints that have ever led, in the order in which they first did; the base model first. */
export function everChampion(baseId: string, steps: Iterable<ChampionStep>): string[] {
	return [...new Set([baseId, ...[...steps].filter(({ decision }) => decision === 'promote').map(({ checkpointId }) => checkpointId)])];
}
