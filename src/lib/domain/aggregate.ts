import { counts } from './verdict.ts';
import type { CountingVerdict, Verdict } from './verdict.ts';

/** How many votes each verdict got; verdicts without a vote are left out. */
export type Votes = { [verdict in CountingVerdict]?: number };

/** What the judgments of one comparison come to. */
export type Aggregate =
	| { kind: 'decided'; verdict: CountingVerdict; by: 'majority' | 'adjudication'; votes: Votes }
	| { kind: 'no_majority'; votes: Votes }
	| { kind: 'incomplete'; have: number; need: number };

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

/**
 * The verdict of a comparison (semantics 11): adjudicated first; else, once
 * `overlap` counting judgments are in, the strict majority over a · b · tie ·
 * both_bad (good · bad in single mode); else no majority. `votes` are those
 * that decided. Adjudications that contradict each other are taken by strict
 * majority too, so that the result does not depend on their order.
 */
export function aggregate(judgments: readonly { verdict: Verdict; adjudication: boolean }[], overlap: number): Aggregate {
	const verdictsOf = (adjudication: boolean): Verdict[] => judgments.filter((judgment) => judgment.adjudication === adjudication && counts(judgment.verdict)).map((judgment) => judgment.verdict);
	const adjudicated = verdictsOf(true);
	const counting = verdictsOf(false);
	if (adjudicated.length === 0 && counting.length < overlap) return { kind: 'incomplete', have: counting.length, need: overlap };
	const by = adjudicated.length > 0 ? 'adjudication' : 'majority';
	const votes = countVotes(by === 'adjudication' ? adjudicated : counting);
	const verdict = strictMajority(votes);
	return verdict === null ? { kind: 'no_majority', votes } : { kind: 'decided', verdict, by, votes };
}
