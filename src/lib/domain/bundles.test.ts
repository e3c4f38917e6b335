import { describe, expect, it } from 'vitest';
import { agreementAlpha } from './agreement/alpha-figure.ts';
import { PAIR_NOMINAL } from './agreement/scale.ts';
import { byComparison } from './agreement/units.ts';
import { bundled, BUNDLES, MAX_CLUSTERS } from './bundles.ts';
import { createRng } from './rng.ts';

const rng = createRng('bundles');
const id = (): string => Array.from({ length: 32 }, () => rng.int(16).toString(16)).join('');
/** One comparison a group, judged by two, who agree in two of three. */
const judgments = Array.from({ length: 3 * MAX_CLUSTERS }, () => ({ group: id(), a: rng.int(2), alike: rng.int(3) > 0 })).flatMap(({ group, a, alike }) =>
	[a, alike ? a : 1 - a].map((verdict, judge) => ({ group, comparison: group, judge: String(judge), verdict: verdict === 0 ? ('a' as const) : ('b' as const) }))
);

describe('bundled', () => {
	it('leaves few groups as they are', () => {
		const few = judgments.slice(0, 2 * MAX_CLUSTERS);
		expect(bundled(few)).toBe(few);
	});

	it('puts whole groups together, and neither the figure nor the width of its interval changes', () => {
		const together = bundled(judgments);
		expect(new Set(together.map(({ group }) => group)).size).toBe(BUNDLES);
		const options = { seed: 's', resamples: 400 };
		const [apart, joined] = [agreementAlpha(byComparison(judgments), PAIR_NOMINAL, options), agreementAlpha(byComparison(together), PAIR_NOMINAL, options)];
		expect(joined.value).toBe(apart.value);
		expect(joined.n).toBe(apart.n);
		const width = ({ low, high }: typeof apart): number => (high ?? NaN) - (low ?? NaN);
		expect(width(joined) / width(apart)).toBeGreaterThan(0.8);
		expect(width(joined) / width(apart)).toBeLessThan(1.25);
	});
});
