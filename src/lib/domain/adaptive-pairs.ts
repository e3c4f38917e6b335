import type { SampledAnswer } from './asked-pairs.ts';
import { everyPair } from './pairing.ts';
import type { ChosenPair } from './pairing.ts';
import { drawByWeight } from './spread-pairs.ts';

/** What share of the judgments to come a pair of sources should get, by their numbers. */
export type Worth = (source: number, other: number) => number;

/** The least of the greatest: a pair that never could be drawn has no propensity. */
const FLOOR = 0.05;

/**
 * `count` pairs of different sources' answers, those likeliest whose judgment
 * narrows what the decision needs to know. The draw looks at earlier judgments,
 * so that such pairs feed the ranking, which weighs them by their propensities,
 * and never the gate (semantics 24).
 */
export function adaptivePairs<T extends SampledAnswer>(seed: string, answers: readonly T[], count: number, worth: Worth): ChosenPair<T>[] {
	const pairs = everyPair(answers).filter(({ first, second }) => first.source !== second.source);
	const worths = pairs.map(({ first, second }) => worth(first.source, second.source));
	const least = FLOOR * worths.reduce((most, one) => Math.max(most, one), 0) || 1;
	const weights = worths.map((value) => Math.max(least, value));
	return pairs.length === 0 ? [] : drawByWeight(seed, pairs, weights, count).map((pair) => ({ ...pair, policy: 'adaptive' }));
}
