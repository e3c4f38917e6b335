import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Grouped } from './cluster-bootstrap.ts';
import { groupedMean, pairedDifference } from './paired-difference.ts';
import { createRng } from './rng.ts';

const seed = 'a stored seed';
const each = (values: readonly number[]): Grouped[] => values.map((value, place) => ({ group: `g${place}`, value }));
const padded = (values: readonly number[], groups: number): Grouped[] => each([...values, ...new Array<number>(groups - values.length).fill(0)]);

describe('pairedDifference', () => {
	it('says nothing of certainty under 20 groups, however clear it looks', () => {
		const { difference, p, groups } = pairedDifference(each(new Array<number>(19).fill(-1)), { seed });
		expect(difference).toMatchObject({ value: -1, low: null, high: null, n: 19, tooFew: true });
		expect([p, groups]).toEqual([null, 19]);
	});

	it('is the sign test where all groups that differ differ by the same: 10 of 10 gives 2 / 2¹⁰', () => {
		expect(pairedDifference(padded(new Array<number>(10).fill(1), 30), { seed }).p).toBeCloseTo(2 / 2 ** 10, 12);
		// 9 of 10: 2 (1 + 10) / 2¹⁰, as any table of the binomial has it.
		expect(pairedDifference(padded([...new Array<number>(9).fill(1), -1], 30), { seed }).p).toBeCloseTo(22 / 2 ** 10, 12);
	});

	it('drawn patterns of signs come near to the exact binomial', () => {
		// 20 of 25 rise: two-sided 2 · P(X ≥ 20), X ~ B(25, ½) = 0.0040774.
		const { p } = pairedDifference(each([...new Array<number>(20).fill(0.5), ...new Array<number>(5).fill(-0.5)]), { seed });
		expect(p).toBeGreaterThan(0.0030);
		expect(p).toBeLessThan(0.0053);
	});

	it('never says 0, and 1 where nothing differs', () => {
		expect(pairedDifference(each(new Array<number>(60).fill(1)), { seed }).p).toBe(1 / 20_000);
		expect(pairedDifference(each(new Array<number>(30).fill(0)), { seed })).toMatchObject({ p: 1, difference: { value: 0 } });
	});

	it('weighs prompt groups, not prompts: one group said a hundred times moves nothing', () => {
		const items = each([...new Array<number>(24).fill(0.25), -1]);
		const crowded = [...items, ...new Array<Grouped>(100).fill({ group: 'g24', value: -1 })];
		const [one, hundred] = [pairedDifference(items, { seed }), pairedDifference(crowded, { seed })];
		expect(hundred.p).toBe(one.p);
		expect(hundred.difference).toEqual({ ...one.difference, n: 125 });
		expect(one.difference.value).toBeCloseTo((24 * 0.25 - 1) / 25, 12);
	});

	it('is the difference of the two rates that stand beside it', () => {
		const rng = createRng('rates');
		const rows = Array.from({ length: 90 }, (_, place) => ({ group: `g${place % 31}`, one: rng.int(2), other: rng.int(2) }));
		const rate = (of: 'one' | 'other') => groupedMean(rows.map((row) => ({ group: row.group, value: row[of] })), { seed, proportion: true }).value ?? NaN;
		const { difference } = pairedDifference(rows.map(({ group, one, other }) => ({ group, value: one - other })), { seed });
		expect(difference.value).toBeCloseTo(rate('one') - rate('other'), 12);
	});

	it('holds its level: of 400 differences that are none, about 5 % have p ≤ 0.05', () => {
		let found = 0;
		for (let trial = 0; trial < 400; trial++) {
			const rng = createRng(`null ${trial}`);
			const { p } = pairedDifference(each(Array.from({ length: 20 }, () => (rng.int(3) - 1) * rng.next())), { seed: `s${trial}`, resamples: 50 });
			if (p !== null && p <= 0.05) found += 1;
		}
		expect(found).toBeGreaterThan(6);
		expect(found).toBeLessThan(38);
	});

	it('does not depend on the order of its input; the other way round only the sign changes', () => {
		const values = fc.array(fc.tuple(fc.integer({ min: 0, max: 25 }), fc.integer({ min: -4, max: 4 })), { minLength: 1, maxLength: 60 });
		fc.assert(
			fc.property(values, fc.string(), (rows, order) => {
				const items = rows.map(([group, value]) => ({ group: `g${group}`, value: value / 4 }));
				const found = pairedDifference(items, { seed, resamples: 20 });
				expect(pairedDifference(createRng(order).shuffle(items), { seed, resamples: 20 })).toEqual(found);
				const turned = pairedDifference(items.map(({ group, value }) => ({ group, value: -value })), { seed, resamples: 20 });
				expect(turned.difference.value).toBeCloseTo(-(found.difference.value ?? NaN), 12);
				if (found.p !== null) expect(turned.p).toBeCloseTo(found.p, 12);
			}),
			{ numRuns: 60 }
		);
	});
});
