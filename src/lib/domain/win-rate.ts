import { clusterMean, MIN_GROUPS } from './cluster-bootstrap.ts';
import type { Figure } from './cluster-bootstrap.ts';

/** A person's verdict on candidate against parent, sides resolved. `cannot_judge` is no vote and stays out. */
export type WinVote = 'candidate' | 'parent' | 'tie' | 'both_bad';

/** A comparison on a test prompt with its counting judgments. */
export type WinComparison = { group: string; votes: readonly WinVote[] };

export type WinRate = {
	/** Share of wins of the candidate: one value per comparison, win 1, tie ½, both_bad ½. */
	winRate: Figure;
	/** Share of both_bad: ½ each hides that neither answer was any good. */
	bothBadRate: Figure;
	/** The win rate without both_bad votes, as sensitivity. */
	withoutBothBad: Figure;
	/** Comparisons with at least one vote, and their prompt groups. */
	comparisons: number;
	groups: number;
	/** Under 20 groups: shown, but no verdict. */
	tooFew: boolean;
	seed: string;
};

/** What a vote counts for the candidate. */
export const VOTE_SCORE: { readonly [vote in WinVote]: number } = { candidate: 1, parent: 0, tie: 0.5, both_bad: 0.5 };

/**
 * Win rate of a candidate over its parent by people (semantics 21). Every
 * comparison gives one value, the mean over its votes, so that a pair judged
 * five times weighs no more than one judged once; intervals by cluster
 * bootstrap over prompt groups.
 */
export function winRate(comparisons: readonly WinComparison[], options: { seed: string; resamples?: number }): WinRate {
	const judged = comparisons.filter(({ votes }) => votes.length > 0);
	const share = (value: (vote: WinVote) => number, among: readonly WinComparison[] = judged): Figure =>
		clusterMean(
			among.map(({ group, votes }) => ({ group, value: votes.reduce((sum, vote) => sum + value(vote), 0) / votes.length })),
			{ ...options, proportion: true }
		);
	const decided = judged.map(({ group, votes }) => ({ group, votes: votes.filter((vote) => vote !== 'both_bad') })).filter(({ votes }) => votes.length > 0);
	const groups = new Set(judged.map(({ group }) => group)).size;
	return {
		winRate: share((vote) => VOTE_SCORE[vote]),
		bothBadRate: share((vote) => (vote === 'both_bad' ? 1 : 0)),
		withoutBothBad: share((vote) => VOTE_SCORE[vote], decided),
		comparisons: judged.length,
		groups,
		tooFew: groups < MIN_GROUPS,
		seed: options.seed
	};
}
