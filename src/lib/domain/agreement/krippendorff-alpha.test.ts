import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addUnit, coincidenceSums, emptyCoincidences } from './coincidences.ts';
import { krippendorffAlpha, METRICS } from './krippendorff-alpha.ts';
import type { Alpha, Metric } from './krippendorff-alpha.ts';

/** A value for each judge, null where it is missing. */
type Unit = (number | null)[];
type Golden = { madeWith: { krippendorff: string }; sets: { judges: string[]; categories: number; nominal: number | null; ordinal: number | null }[] };

const golden = JSON.parse(readFileSync(new URL('../../../../test/golden/krippendorff-alpha.json', import.meta.url), 'utf8')) as Golden;

function countsOf(unit: Unit, categories: number): number[] {
	return Array.from({ length: categories }, (_, category) => unit.filter((value) => value === category).length);
}

function alphaOfUnits(units: readonly Unit[], categories: number, metric: Metric): Alpha {
	const coincidences = emptyCoincidences(categories);
	for (const unit of units) addUnit(coincidences, countsOf(unit, categories));
	return krippendorffAlpha(coincidences, metric);
}

/** Columns of rows: a judge's row of digits, "." missing. */
function unitsOf(judges: readonly string[]): Unit[] {
	return [...(judges[0] ?? '')].map((_, unit) => judges.map((row) => (row[unit] === '.' ? null : Number(row[unit]))));
}

/**
 * The definition word for word, over pairs of values: mean δ² within units
 * (each unit weighed by its values) against mean δ² of all pairable values.
 */
function naiveAlpha(units: readonly Unit[], metric: Metric): number | null {
	const pairable = units.map((unit) => unit.filter((value) => value !== null)).filter((values) => values.length >= 2);
	const all = pairable.flat();
	const ofCategory = (category: number): number => all.filter((value) => value === category).length;
	const squared = (x: number, y: number): number => {
		if (x === y || metric === 'nominal') return x === y ? 0 : 1;
		const [low, high] = [Math.min(x, y), Math.max(x, y)];
		let between = 0;
		for (let g = low; g <= high; g++) between += ofCategory(g);
		return (between - (ofCategory(low) + ofCategory(high)) / 2) ** 2;
	};
	const ofPairs = (values: readonly number[]): number => values.reduce((sum, x, i) => sum + values.reduce((inner, y, j) => (i === j ? inner : inner + squared(x, y)), 0), 0);
	const observed = pairable.reduce((sum, values) => sum + ofPairs(values) / (values.length - 1), 0) / all.length;
	const expected = ofPairs(all) / (all.length * (all.length - 1));
	return all.length === 0 || expected === 0 ? null : 1 - observed / expected;
}

const CATEGORIES = 4;
const anyUnits = fc.integer({ min: 2, max: 5 }).chain((judges) =>
	fc.array(fc.array(fc.option(fc.nat(CATEGORIES - 1), { freq: 4 }), { minLength: judges, maxLength: judges }), { maxLength: 12 })
);
const anyMetric = fc.constantFrom(...METRICS);

function expectSame(one: Alpha, other: Alpha): void {
	expect(one.reason).toBe(other.reason);
	if (one.value === null || other.value === null) expect(one.value).toBe(other.value);
	else expect(Math.abs(one.value - other.value)).toBeLessThan(1e-12);
}

describe('krippendorffAlpha', () => {
	it('gives the published example: nominal 0.743, ordinal 0.815 (Krippendorff 2011, C and D)', () => {
		const units = unitsOf(['012210301...', '0122113014.2', '.2221231140.', '01221330140.']);
		expect(alphaOfUnits(units, 5, 'nominal')).toEqual({ value: expect.closeTo(0.743, 3), n: 40, units: 11 });
		expect(alphaOfUnits(units, 5, 'ordinal').value).toBeCloseTo(0.815, 3);
	});

	describe(`against the PyPI package krippendorff ${golden.madeWith.krippendorff}`, () => {
		it.each(METRICS)('is the same to 1e-9: %s', (metric) => {
			let worst = 0;
			for (const { judges, categories, [metric]: expected } of golden.sets) {
				const { value } = alphaOfUnits(unitsOf(judges), categories, metric);
				if (expected === null || value === null) expect(value, judges.join(' ')).toBe(expected);
				else worst = Math.max(worst, Math.abs(value - expected));
			}
			expect(worst).toBeLessThan(1e-9);
		});

		it('meets several hundred data sets, most of them defined', () => {
			expect(golden.sets.length).toBeGreaterThanOrEqual(500);
			expect(golden.sets.filter(({ nominal }) => nominal !== null).length).toBeGreaterThan(400);
			expect(golden.sets.some(({ nominal }) => nominal === null)).toBe(true);
		});
	});

	it('equals the definition over all pairs', () => {
		fc.assert(
			fc.property(anyUnits, anyMetric, (units, metric) => {
				const [fast, naive] = [alphaOfUnits(units, CATEGORIES, metric).value, naiveAlpha(units, metric)];
				if (naive === null) expect(fast).toBeNull();
				else expect(fast).toBeCloseTo(naive, 10);
			}),
			{ numRuns: 1000 }
		);
	});

	it('does not depend on who is which judge, nor on the order of units', () => {
		fc.assert(
			fc.property(anyUnits, anyMetric, fc.infiniteStream(fc.nat()), (units, metric, order) => {
				const shuffled = <T>(list: readonly T[]): T[] => list.map((item) => ({ item, at: order.next().value as number })).sort((x, y) => x.at - y.at).map(({ item }) => item);
				const judges = shuffled([...(units[0] ?? []).keys()]);
				const other = shuffled(units).map((unit) => judges.map((judge) => unit[judge] ?? null));
				// To the last bit: only whole numbers are summed.
				expect(alphaOfUnits(other, CATEGORIES, metric)).toEqual(alphaOfUnits(units, CATEGORIES, metric));
			})
		);
	});

	it('nominal does not depend on the names of categories, ordinal not on which end is first', () => {
		const relabelled = (units: readonly Unit[], names: readonly number[]): Unit[] => units.map((unit) => unit.map((value) => (value === null ? null : (names[value] ?? null))));
		fc.assert(
			fc.property(anyUnits, fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }), (units, names) => {
				expectSame(alphaOfUnits(relabelled(units, names), CATEGORIES, 'nominal'), alphaOfUnits(units, CATEGORIES, 'nominal'));
				expectSame(alphaOfUnits(relabelled(units, [3, 2, 1, 0]), CATEGORIES, 'ordinal'), alphaOfUnits(units, CATEGORIES, 'ordinal'));
			})
		);
	});

	it('ordinal takes no notice of steps that nobody used; two categories have no rank', () => {
		fc.assert(
			fc.property(anyUnits, (units) => {
				const spread = units.map((unit) => unit.map((value) => (value === null ? null : value * 2 + 1)));
				expectSame(alphaOfUnits(spread, 9, 'ordinal'), alphaOfUnits(units, CATEGORIES, 'ordinal'));
				const two = units.map((unit) => unit.map((value) => (value === null ? null : value % 2)));
				expectSame(alphaOfUnits(two, 2, 'ordinal'), alphaOfUnits(two, 2, 'nominal'));
			})
		);
	});

	it('is 1 exactly when all agree within units and two categories occur, and never more', () => {
		fc.assert(
			fc.property(anyUnits, anyMetric, (units, metric) => {
				const { value } = alphaOfUnits(units, CATEGORIES, metric);
				const pairable = units.map((unit) => new Set(unit.filter((one) => one !== null))).filter((_, i) => (units[i] ?? []).filter((one) => one !== null).length >= 2);
				if (value !== null) expect(value === 1).toBe(pairable.every(({ size }) => size === 1));
				expect(value ?? 0).toBeLessThanOrEqual(1);
			})
		);
		expect(alphaOfUnits([[0, 0], [3, 3, 3], [1, 1]], CATEGORIES, 'ordinal')).toEqual({ value: 1, n: 7, units: 3 });
	});

	it('is 0 in the mean for judges who toss coins', () => {
		const random = fc.sample(fc.array(fc.array(fc.nat(3), { minLength: 3, maxLength: 3 }), { minLength: 3000, maxLength: 3000 }), { numRuns: 1, seed: 7 })[0] ?? [];
		for (const metric of METRICS) expect(Math.abs(alphaOfUnits(random, CATEGORIES, metric).value ?? NaN)).toBeLessThan(0.05);
	});

	it('says why there is no value instead of NaN', () => {
		expect(alphaOfUnits([], CATEGORIES, 'nominal')).toEqual({ value: null, n: 0, units: 0, reason: 'no_pairable_values' });
		expect(alphaOfUnits([[1, null], [null, null], [null, 2]], CATEGORIES, 'ordinal')).toEqual({ value: null, n: 0, units: 0, reason: 'no_pairable_values' });
		expect(alphaOfUnits([[1, 1], [1, 1, 1], [0, null]], CATEGORIES, 'ordinal')).toEqual({ value: null, n: 5, units: 2, reason: 'one_category' });
	});

	it('counts pairable values and units', () => {
		fc.assert(
			fc.property(anyUnits, (units) => {
				const sizes = units.map((unit) => unit.filter((value) => value !== null).length).filter((size) => size >= 2);
				expect(alphaOfUnits(units, CATEGORIES, 'nominal')).toMatchObject({ n: sizes.reduce((sum, size) => sum + size, 0), units: sizes.length });
				expect(coincidenceSums(emptyCoincidences(2)).units).toBe(0);
			})
		);
	});
});
