import { counts } from './verdict.ts';
import type { CountingVerdict, Verdict } from './verdict.ts';

/** How many votes each verdict got; verdicts without a vote are left out. */
export type Votes = { [verdict in CountingVerdict]?: number };

/** Counts verdicts; `cannot_judge` is no vote. */
export function countVotes(verdicts: readonly Verdict[]): Votes {
	const votes: Votes = {};
	for (const verdict of verdicts.filter(counts)) votes[verdict] = (votes[verdict] ?? 0) + 1;
	return votes;
}

/** The verdict that more than half of the votes agree on, or null. */
export function strictMajority(votes: Votes): CountingVerdict | null {
	const entries = Object.entries(votes) as [CountingVerdict, number][];
	const total = entries.reduce((sum, [, count]) => sum + count, 0);
	return entries.find(([, count]) => count * 2 > total)?.[0] ?? null;
}
