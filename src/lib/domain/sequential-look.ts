import { anytimeP, meanBounds, stakes } from './confidence-sequence.ts';
import { MIN_GROUPS } from './cluster-bootstrap.ts';
import { groupValue } from './test-sequence.ts';
import type { GroupVotes, TestSequence } from './test-sequence.ts';
import { VOTE_SCORE } from './win-rate.ts';

/** How a comparison with the parent stands now. It may be looked at after every judgment. */
export type SequentialLook = {
	/** Mean over prompt groups; null before the first. */
	value: number | null;
	/** Confidence sequence at 95 %; null before the first group, and where the values drift. */
	low: number | null;
	high: number | null;
	groups: number;
	/** Judgments behind the groups. */
	judgments: number;
	behind: number;
	waiting: number;
	verdict: 'above' | 'below' | 'unclear' | 'too_few' | 'drifted';
	/** About so many more groups, and judgments, decide it if people go on as they did; null: decided, too few to say, or more than `MOST_AHEAD`. */
	more: { groups: number; judgments: number } | null;
	/** So many votes, cast the other way, would undo the verdict; null where there is none. */
	flip: number | null;
};

const ALPHA = 0.05;
/** Further ahead nothing sensible can be said. */
export const MOST_AHEAD = 5_000;

/** Which side of `mean` the true mean lies on by now, at α / 2 for each side. */
function decided(values: readonly number[], mean: number, alpha: number): 'above' | 'below' | null {
	if (anytimeP(values, { mean, side: 'above', alpha: alpha / 2 }) < alpha / 2) return 'above';
	return anytimeP(values, { mean, side: 'below', alpha: alpha / 2 }) < alpha / 2 ? 'below' : null;
}

/**
 * About how many more values decide on which side of `mean` the true mean lies,
 * if those to come are like those that came: they are taken once more, in the
 * same order, as often as needed. 0: decided by now. Null: not within `most`.
 */
export function moreToDecide(values: readonly number[], of: { mean: number; alpha: number; most?: number }): number | null {
	if (decided(values, of.mean, of.alpha)) return 0;
	if (values.length === 0) return null;
	const most = of.most ?? MOST_AHEAD;
	const ahead = Array.from({ length: values.length + most }, (_, place) => values[place % values.length] ?? 0);
	const staked = stakes(ahead, of.alpha / 2);
	const threshold = Math.log(2 / of.alpha);
	let [above, below] = [0, 0];
	for (let place = 0; place < ahead.length; place++) {
		const [difference, stake] = [(ahead[place] ?? 0) - of.mean, staked[place] ?? 0];
		above += Math.log1p(Math.min(stake, 0.5 / of.mean) * difference);
		below += Math.log1p(-Math.min(stake, 0.5 / (1 - of.mean)) * difference);
		if (place >= values.length && Math.max(above, below) > threshold) return place + 1 - values.length;
	}
	return null;
}

type Vote = { group: number; comparison: number; loses: number };

/**
 * How many votes, each cast the other way, undo a verdict: one vote after the
 * other is turned where it weighs most (a win or tie into a loss for the side
 * that leads, the last groups first among equals), until the verdict no longer
 * holds. That many suffice; that fewer could is possible. Null without a verdict.
 */
export function votesToFlip(groups: readonly GroupVotes[], of: { mean: number; alpha: number }): number | null {
	const values = groups.map(groupValue);
	const side = decided(values, of.mean, of.alpha);
	if (side === null) return null;
	// For the side below, a vote is worth what it leaves to the parent.
	const votes: Vote[] = groups.flatMap(({ comparisons }, group) =>
		comparisons.flatMap((cast, comparison) =>
			cast.map((vote) => ({ group, comparison, loses: (side === 'above' ? VOTE_SCORE[vote] : 1 - VOTE_SCORE[vote]) / cast.length / comparisons.length }))
		)
	);
	const order = votes.filter(({ loses }) => loses > 0).sort((x, y) => y.loses - x.loses || y.group - x.group || y.comparison - x.comparison);
	for (const [turned, vote] of order.entries()) {
		values[vote.group] = Math.min(1, Math.max(0, (values[vote.group] ?? 0) + (side === 'above' ? -vote.loses : vote.loses)));
		if (decided(values, of.mean, of.alpha) !== side) return turned + 1;
	}
	return order.length;
}

/** How a comparison with the parent stands, and what would decide or undo it. */
export function sequentialLook(sequence: TestSequence): SequentialLook {
	const { groups, behind, waiting } = sequence;
	const values = groups.map(groupValue);
	const judgments = groups.reduce((sum, { comparisons }) => sum + comparisons.reduce((votes, cast) => votes + cast.length, 0), 0);
	const counts = { groups: groups.length, judgments, behind, waiting };
	if (groups.length === 0) return { value: null, low: null, high: null, ...counts, verdict: 'too_few', more: null, flip: null };
	const { low, high, drifted } = meanBounds(values, { alpha: ALPHA });
	const value = values.reduce((sum, one) => sum + one, 0) / values.length;
	if (drifted) return { value, low: null, high: null, ...counts, verdict: 'drifted', more: null, flip: null };
	const enough = groups.length >= MIN_GROUPS;
	const side = decided(values, 0.5, ALPHA);
	const more = enough && side === null ? moreToDecide(values, { mean: 0.5, alpha: ALPHA }) : null;
	return {
		value,
		low,
		high,
		...counts,
		verdict: enough ? (side ?? 'unclear') : 'too_few',
		more: more === null ? null : { groups: more, judgments: Math.round((more * judgments) / groups.length) },
		flip: enough ? votesToFlip(groups, { mean: 0.5, alpha: ALPHA }) : null
	};
}
