import { VOTE_SCORE } from './win-rate.ts';
import type { WinVote } from './win-rate.ts';

/** A comparison that a report shows. */
export type Example = { comparisonId: string; won: boolean; votes: WinVote[] };

/** Of each kind. */
const MOST = 3;

/**
 * Examples that a checkpoint won and lost: those on which people were most of
 * one mind, among equals the first in the order that was drawn before anybody
 * judged, so that nobody picks what is shown.
 */
export function chooseExamples(judged: readonly { comparisonId: string; batch: string; place: number; votes: readonly WinVote[] }[]): Example[] {
	const scored = judged
		.filter(({ votes }) => votes.length > 0)
		.map(({ comparisonId, batch, place, votes }) => ({ comparisonId, batch, place, votes: [...votes], value: votes.reduce((sum, vote) => sum + VOTE_SCORE[vote], 0) / votes.length }))
		.sort((x, y) => (x.batch === y.batch ? x.place - y.place : x.batch < y.batch ? -1 : 1));
	const most = (won: boolean) =>
		scored
			.filter(({ value }) => (won ? value > 0.5 : value < 0.5))
			.sort((x, y) => (won ? y.value - x.value : x.value - y.value) || y.votes.length - x.votes.length)
			.slice(0, MOST)
			.map(({ comparisonId, votes }) => ({ comparisonId, won, votes }));
	return [...most(true), ...most(false)];
}
