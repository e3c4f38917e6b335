import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_CLUSTERS } from './bundles.ts';
import { LengthBiasCount } from './length-bias.ts';
import { createRng } from './rng.ts';

type Pair = { group: string; longer: boolean | null };
function biasOf(pairs: readonly Pair[]) {
	const count = new LengthBiasCount();
	for (const { group, longer } of pairs) count.add(group, longer);
	return count.result();
}

describe('length bias', () => {
	it('is the share of pairs whose longer answer is chosen, with an interval over groups', () => {
		const pairs = Array.from({ length: 200 }, (_, i): Pair => ({ group: `g${i % 100}`, longer: i % 4 !== 0 }));
		const bias = biasOf([...pairs, { group: 'g0', longer: null }]);
		expect(bias).toMatchObject({ pairs: 200, sameLength: 1, longerChosen: 150, groups: 100 });
		expect(bias.low).toBeGreaterThan(0.6);
		expect(bias.low).toBeLessThan(0.75);
		expect(bias.high).toBeGreaterThan(0.75);
	});

	it('says nothing of its doubt with fewer than 20 groups, and claims no certainty where all are alike', () => {
		expect(biasOf([{ group: 'g', longer: true }])).toMatchObject({ pairs: 1, low: null, high: null });
		const all = biasOf(Array.from({ length: 30 }, (_, i): Pair => ({ group: `g${i}`, longer: true })));
		expect(all.low).toBeLessThan(0.95);
		expect(all.high).toBe(1);
		expect(biasOf([])).toEqual({ pairs: 0, sameLength: 0, longerChosen: 0, groups: 0, low: null, high: null });
	});

	it('is wider where one group brings many pairs', () => {
		const apart = biasOf(Array.from({ length: 400 }, (_, i): Pair => ({ group: `g${i}`, longer: i % 2 === 0 })));
		const together = biasOf(Array.from({ length: 400 }, (_, i): Pair => ({ group: `g${i % 40}`, longer: i % 2 === 0 })));
		expect((together.high ?? 0) - (together.low ?? 0)).toBeGreaterThan(2 * ((apart.high ?? 0) - (apart.low ?? 0)));
	});

	it('does not depend on the order of pairs, and forgets what is taken out', () => {
		const pair = fc.record({ group: fc.integer({ min: 0, max: 60 }).map((n) => `g${n}`), longer: fc.constantFrom(true, false, null) });
		fc.assert(
			fc.property(fc.array(pair, { maxLength: 80 }), fc.array(pair, { maxLength: 20 }), fc.string(), (pairs, more, seed) => {
				expect(biasOf(createRng(seed).shuffle(pairs))).toEqual(biasOf(pairs));
				const count = new LengthBiasCount();
				for (const { group, longer } of [...pairs, ...more]) count.add(group, longer);
				for (const { group, longer } of more) count.add(group, longer, -1);
				expect(count.result()).toEqual(biasOf(pairs));
			}),
			{ numRuns: 40 }
		);
	});

	it('bundles many groups and comes out the same whatever their order', () => {
		const pairs = Array.from({ length: MAX_CLUSTERS + 500 }, (_, i): Pair => ({ group: `g${i}`, longer: i % 3 === 0 }));
		const bias = biasOf(pairs);
		expect(bias.groups).toBeLessThanOrEqual(MAX_CLUSTERS);
		expect(bias).toEqual(biasOf(pairs.toReversed()));
		expect([bias.low, bias.high].every((bound) => bound !== null && Math.abs(bound - 1 / 3) < 0.02)).toBe(true);
	});
});
