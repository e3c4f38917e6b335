import { SPLITS } from './holdout.ts';
import type { Split } from './holdout.ts';

/** A prompt group as it was drawn. */
export type DrawnGroup = { id: string; split: Split };

/** Two groups that somebody said belong together. */
export type GroupLink = readonly [string, string];

/** How far a split is held out: train 0, dev 1, test 2. */
export function heldOutRank(split: Split): number {
	return SPLITS.indexOf(split);
}

/**
 * For every group the one that holds its prompts: groups joined by links, over
 * others as well, are held by the one of them that is held out furthest, of
 * several the one with the smallest id. A group on its own holds its own. So
 * what is merged moves only towards test, and no split is drawn a second time
 * (semantics 10). The order of groups and links does not matter.
 * @throws RangeError when a link names a group that is not given
 */
export function mergeGroups(groups: readonly DrawnGroup[], links: readonly GroupLink[]): Map<string, string> {
	const held = new Map(groups.map(({ id }) => [id, id]));
	const splits = new Map(groups.map(({ id, split }) => [id, split]));
	const holder = (id: string): string => {
		const next = held.get(id);
		if (next === undefined) throw new RangeError(`a link names the group ${id}, which is not among those given`);
		if (next === id) return id;
		const last = holder(next);
		held.set(id, last);
		return last;
	};
	const rank = (id: string) => heldOutRank(splits.get(id) ?? 'train');
	for (const [one, other] of links) {
		const [a, b] = [holder(one), holder(other)];
		const aHolds = rank(a) === rank(b) ? a < b : rank(a) > rank(b);
		held.set(aHolds ? b : a, aHolds ? a : b);
	}
	return new Map(groups.map(({ id }) => [id, holder(id)]));
}

/** Groups whose prompts would change their split from one merging to the next: those that would be held out further, and those that would come back, which nothing may. */
export function splitChanges(groups: readonly DrawnGroup[], before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): { further: string[]; back: string[] } {
	const splits = new Map(groups.map(({ id, split }) => [id, split]));
	const rank = (holders: ReadonlyMap<string, string>, id: string) => heldOutRank(splits.get(holders.get(id) ?? id) ?? 'train');
	const moves = groups.map(({ id }) => ({ id, by: rank(after, id) - rank(before, id) }));
	return { further: moves.filter(({ by }) => by > 0).map(({ id }) => id), back: moves.filter(({ by }) => by < 0).map(({ id }) => id) };
}
