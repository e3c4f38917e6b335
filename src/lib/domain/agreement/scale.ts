import type { Strength } from '../judging-form.ts';
import type { Mode, Verdict } from '../verdict.ts';
import type { Metric } from './krippendorff-alpha.ts';

/** A verdict as agreement reads it: of a judgment, or of one of its criteria. Canonical, so that sides cannot make people agree. */
export type ScaledVerdict = { verdict: Verdict; strength?: Strength | null };

/** The values that judgments are compared on (semantics 22). */
export type Scale = {
	metric: Metric;
	mode: Mode;
	/** In rank order where the metric is ordinal. */
	categories: readonly string[];
};

/** Nominal over a · b · tie · both_bad; also for the verdicts of criteria. */
export const PAIR_NOMINAL = { metric: 'nominal', mode: 'pair', categories: ['a', 'b', 'tie', 'both_bad'] } as const satisfies Scale;
/** Ordinal over strength; both_bad has no place between a and b and is missing. */
export const PAIR_ORDINAL = { metric: 'ordinal', mode: 'pair', categories: ['a_clearly', 'a_slightly', 'tie', 'b_slightly', 'b_clearly'] } as const satisfies Scale;
/** Single-answer mode. Two categories have no rank: there is no ordinal scale beside it. */
export const SINGLE_NOMINAL = { metric: 'nominal', mode: 'single', categories: ['good', 'bad'] } as const satisfies Scale;

/** The nominal scale of what was judged: that of single answers where nothing else was, else that of pairs. */
export function nominalScale(verdicts: readonly ScaledVerdict[]): typeof PAIR_NOMINAL | typeof SINGLE_NOMINAL {
	const place = (scale: Scale) => verdicts.some((one) => categoryOf(scale, one) !== null);
	return place(SINGLE_NOMINAL) && !place(PAIR_NOMINAL) ? SINGLE_NOMINAL : PAIR_NOMINAL;
}

/**
 * Place of a verdict in a scale's categories, or null for a missing value:
 * cannot_judge (semantics 6), both_bad on the ordinal scale, and verdicts of
 * the other mode, so that the judgments of a mixed project can be handed over
 * whole.
 *
 * A verdict without a strength counts as `slightly`: the least it claims. Where
 * nobody states a strength this gives exactly the three-step scale a < tie < b,
 * because ordinal alpha goes by ranks and empty steps take none.
 */
export function categoryOf({ metric, mode, categories }: Scale, { verdict, strength }: ScaledVerdict): number | null {
	const name = metric === 'ordinal' && mode === 'pair' && (verdict === 'a' || verdict === 'b') ? `${verdict}_${strength ?? 'slightly'}` : verdict;
	const place = categories.indexOf(name);
	return place < 0 ? null : place;
}
