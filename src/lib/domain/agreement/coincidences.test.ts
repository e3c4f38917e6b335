import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addCoincidences, addPair, addUnit, coincidenceSums, emptyCoincidences, removeUnit } from './coincidences.ts';
import type { Coincidences } from './coincidences.ts';
import { krippendorffAlpha } from './krippendorff-alpha.ts';

const CATEGORIES = 3;
/** Up to 21 values a unit: many divisors, thirds and sevenths among them. */
const anyCounts = fc.array(fc.nat(7), { minLength: CATEGORIES, maxLength: CATEGORIES });
const anyUnits = fc.array(anyCounts, { maxLength: 20 });

function of(units: readonly number[][]): Coincidences {
	const coincidences = emptyCoincidences(CATEGORIES);
	for (const counts of units) addUnit(coincidences, counts);
	return coincidences;
}

describe('coincidences', () => {
	it('gives the published matrix and 0.692 (Krippendorff 2011, B: two observers, 12 units)', () => {
		const [one, other] = ['aabbdcccedda', 'babbbccceddd'];
		const coincidences = emptyCoincidences(5);
		for (let unit = 0; unit < one.length; unit++) addUnit(coincidences, [...'abcde'].map((category) => [one[unit], other[unit]].filter((value) => value === category).length));
		const { units, marginals, offDiagonal } = coincidenceSums(coincidences);
		expect({ units, marginals: [...marginals] }).toEqual({ units: 12, marginals: [4, 6, 6, 6, 2] });
		// Disagreements: a and b once, a and d once, b and d once.
		expect([...offDiagonal]).toEqual([1, 0, 1, 0, 0, 1, 0, 0, 0, 0]);
		expect(krippendorffAlpha(coincidences, 'nominal').value).toBeCloseTo(0.692, 3);
	});

	it('divides every unit by its values less one', () => {
		const { marginals, offDiagonal } = coincidenceSums(of([[2, 1, 0], [1, 0, 1]]));
		expect([...marginals]).toEqual([3, 1, 1]);
		expect([...offDiagonal]).toEqual([1, 1, 0]);
	});

	it('takes a pair of values as a unit of two', () => {
		fc.assert(
			fc.property(anyUnits, fc.array(fc.tuple(fc.nat(CATEGORIES - 1), fc.nat(CATEGORIES - 1))), (units, pairs) => {
				const coincidences = of(units);
				for (const [x, y] of pairs) addPair(coincidences, x, y);
				expect(coincidences).toEqual(of([...units, ...pairs.map(([x, y]) => [0, 1, 2].map((category) => Number(category === x) + Number(category === y)))]));
			})
		);
		for (const wrong of [-1, CATEGORIES, 0.5, NaN]) expect(() => addPair(emptyCoincidences(CATEGORIES), 0, wrong)).toThrow(RangeError);
	});

	it('is exactly what it was after units came and went, in any order', () => {
		fc.assert(
			fc.property(anyUnits, anyUnits, (stay, pass) => {
				const coincidences = of([...pass, ...stay]);
				for (const counts of [...pass].reverse()) removeUnit(coincidences, counts);
				expect(coincidences).toEqual(of(stay));
				// To the last bit, which is more than the 1e-12 asked for.
				for (const metric of ['nominal', 'ordinal'] as const) expect(krippendorffAlpha(coincidences, metric)).toEqual(krippendorffAlpha(of(stay), metric));
			}),
			{ numRuns: 300 }
		);
	});

	it('is the sum of its parts, and survives being stored as JSON', () => {
		fc.assert(
			fc.property(anyUnits, anyUnits, (some, others) => {
				const sum = JSON.parse(JSON.stringify(of(others))) as Coincidences;
				const before = of(some);
				addCoincidences(sum, before);
				expect(sum).toEqual(of([...some, ...others]));
				addUnit(sum, [2, 2, 2]);
				expect(before).toEqual(of(some));
			})
		);
	});

	it('takes no notice of units with nothing to pair', () => {
		const coincidences = of([[0, 1, 0], [0, 0, 0]]);
		removeUnit(coincidences, [1, 0, 0]);
		expect(coincidences).toEqual(emptyCoincidences(CATEGORIES));
	});

	it('refuses to remove what was never added, and leaves everything as it was', () => {
		const coincidences = of([[2, 0, 0], [0, 1, 1]]);
		for (const counts of [[1, 1, 0], [0, 2, 0], [2, 1, 0], [4, 0, 0]]) expect(() => removeUnit(coincidences, counts)).toThrow(RangeError);
		expect(coincidences).toEqual(of([[2, 0, 0], [0, 1, 1]]));
	});

	it('refuses counts that are none', () => {
		for (const counts of [[1, 1], [1, 1, 0, 0], [1.5, 1, 0], [-1, 3, 0], [NaN, 1, 1]]) expect(() => addUnit(emptyCoincidences(CATEGORIES), counts)).toThrow(RangeError);
		for (const categories of [0, 1, 2.5, NaN]) expect(() => emptyCoincidences(categories)).toThrow(RangeError);
		expect(() => addCoincidences(emptyCoincidences(2), emptyCoincidences(3))).toThrow(RangeError);
	});
});
