import { coincidenceSums } from './coincidences.ts';
import type { Coincidences, CoincidenceSums } from './coincidences.ts';

/** How far two values are apart: different or not, or by rank. */
export const METRICS = ['nominal', 'ordinal'] as const;
export type Metric = (typeof METRICS)[number];

/** Why alpha is not defined: no unit has two values, or nothing could have disagreed. */
export type AlphaUndefined = 'no_pairable_values' | 'one_category';

export type Alpha = {
	/** 1 perfect, 0 as by chance, negative worse than chance; null where it is not defined. */
	value: number | null;
	/** Pairable values (judgments in units with at least two), and those units. */
	n: number;
	units: number;
	reason?: AlphaUndefined;
};

/**
 * Krippendorff's alpha over all units added so far, missing values and any
 * number of judges allowed. Categories stand in rank order for the ordinal
 * metric. α = 1 − D_o / D_e = 1 − (n − 1) Σ o_ck δ²_ck / Σ n_c n_k δ²_ck over
 * c < k (Krippendorff 2011, sections C and D; Hayes & Krippendorff 2007).
 * O(categories²).
 */
export function krippendorffAlpha(coincidences: Coincidences, metric: Metric): Alpha {
	const sums = coincidenceSums(coincidences);
	const figure = { n: sums.marginals.reduce((total, count) => total + count, 0), units: sums.units };
	if (figure.n === 0) return { value: null, ...figure, reason: 'no_pairable_values' };
	const value = alphaOf(sums, metric);
	return Number.isNaN(value) ? { value: null, ...figure, reason: 'one_category' } : { value, ...figure };
}

/**
 * Alpha of a coincidence matrix, NaN where fewer than two categories occur.
 * Allocates nothing, as resampling calls it a thousand times. δ² is 1 for the
 * nominal metric; for the ordinal one (Σ_{g=c…k} n_g − (n_c + n_k) / 2)²: the
 * distance of the mid-ranks, so that a category nobody used changes nothing.
 */
export function alphaOf({ marginals, offDiagonal }: Pick<CoincidenceSums, 'marginals' | 'offDiagonal'>, metric: Metric): number {
	let [observed, expected, total, pair] = [0, 0, 0, 0];
	for (let c = 0; c < marginals.length; c++) {
		const ofC = marginals[c] ?? 0;
		total += ofC;
		let rank = ofC / 2;
		for (let k = c + 1; k < marginals.length; k++) {
			const ofK = marginals[k] ?? 0;
			const squared = metric === 'nominal' ? 1 : (rank + ofK / 2) ** 2;
			observed += (offDiagonal[pair] ?? 0) * squared;
			expected += ofC * ofK * squared;
			rank += ofK;
			pair += 1;
		}
	}
	return expected === 0 ? NaN : 1 - ((total - 1) * observed) / expected;
}
