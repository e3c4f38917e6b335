import { VOTE_SCORE } from './win-rate.ts';
import type { WinVote } from './win-rate.ts';

/** A comparison of a checkpoint with its parent on a test prompt, with the place that was drawn for it when it was made. */
export type PlacedComparison = {
	group: string;
	/** What was made in one go has one batch; later batches sort after earlier ones. */
	batch: string;
	/** Stored random place within the batch. */
	place: number;
	/** `out`: nobody will judge it (answers alike to the letter, or no member left who could). */
	state: 'complete' | 'waiting' | 'out';
	votes: readonly WinVote[];
};

/** What one prompt group says: the votes of its comparisons. */
export type GroupVotes = { group: string; comparisons: (readonly WinVote[])[] };

/** A test as a confidence sequence may read it. */
export type TestSequence = {
	/** Groups in their order, each once. */
	groups: GroupVotes[];
	/** Groups that are judged and come after one that is not: they wait for it. */
	behind: number;
	/** Groups that are not judged yet. */
	waiting: number;
};

/**
 * Judged prompt groups in the random order that was stored when their
 * comparisons were made, up to the first that is not judged yet (semantics 24).
 * Which are in is so decided by that lot alone, and by nobody's speed, choice of
 * work or wish to stop: the next value then has the same mean whatever came
 * before. A group that is compared again in a later batch stays as it was, since
 * a sequence that was looked at cannot change its past.
 */
export function testSequence(comparisons: readonly PlacedComparison[]): TestSequence {
	const ordered = comparisons.filter(({ state }) => state !== 'out').sort((x, y) => (x.batch === y.batch ? x.place - y.place || (x.group < y.group ? -1 : 1) : x.batch < y.batch ? -1 : 1));
	const byGroup = new Map<string, PlacedComparison[]>();
	for (const comparison of ordered) {
		const known = byGroup.get(comparison.group);
		if (!known) byGroup.set(comparison.group, [comparison]);
		else if (known[0]?.batch === comparison.batch) known.push(comparison);
	}
	const judged = [...byGroup].map(([group, all]) => ({ group, comparisons: all.map(({ votes }) => votes).filter((votes) => votes.length > 0), done: all.every(({ state }) => state === 'complete') }));
	const gap = judged.findIndex(({ done }) => !done);
	const done = judged.filter((one) => one.done).length;
	const groups = (gap === -1 ? judged : judged.slice(0, gap)).filter((one) => one.comparisons.length > 0).map(({ group, comparisons: own }) => ({ group, comparisons: own }));
	return { groups, behind: done - (gap === -1 ? done : gap), waiting: judged.length - done };
}

/** What a group says as one value in [0, 1]: the mean over its comparisons of the mean over their votes (win 1, tie and both_bad ½). */
export function groupValue({ comparisons }: GroupVotes): number {
	return mean(comparisons.map((votes) => mean(votes.map((vote) => VOTE_SCORE[vote]))));
}

function mean(values: readonly number[]): number {
	return values.reduce((sum, value) => sum + value, 0) / values.length;
}
