import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { marginCalibration, marginScale } from './margin-calibration.ts';
import type { ScoredPair } from './preference-accuracy.ts';
import { createRng } from './rng.ts';
import { recipeDefaults } from './training-recipe.ts';

const options = { seed: 's', scale: 1, resamples: 100 };

/** A pair whose margin is this many nats. */
const pair = (margin: number, group: string): ScoredPair => ({ group, logps: { base: { chosen: 0, rejected: 0 }, checkpoint: { chosen: margin, rejected: 0 } }, lengths: { chosen: 1, rejected: 1 } });

/** Pairs of which people choose the likelier answer exactly as often as σ(odds · margin) promises. */
function people(odds: number, count = 4000): ScoredPair[] {
	const rng = createRng('people');
	return Array.from({ length: count }, (_, i) => {
		const size = (4 * (i % 100)) / 100;
		const agrees = rng.int(1_000_000) / 1_000_000 < 1 / (1 + Math.exp(-odds * size));
		return pair(agrees ? size : -size, `g${Math.floor(i / 4)}`);
	});
}

describe('marginCalibration', () => {
	it('finds the odds that people choose by, and no error where the margins promise them', () => {
		const found = marginCalibration(people(0.7), { ...options, scale: 0.7 });
		expect(found?.observed.low).toBeLessThan(0.7);
		expect(found?.observed.high).toBeGreaterThan(0.7);
		expect(found?.observed.value).toBeCloseTo(0.7, 1);
		expect(found?.error).toBeLessThan(0.03);
		expect(found?.bins).toHaveLength(5);
		for (const { promised, agreed } of found?.bins ?? []) expect(Math.abs((promised ?? 0) - (agreed.value ?? 0))).toBeLessThan(0.06);
	});

	it('shows margins that promise too much', () => {
		const found = marginCalibration(people(0.5), { ...options, scale: 2 });
		expect(found?.observed.high).toBeLessThan(2);
		expect(found?.error).toBeGreaterThan(0.1);
		expect(found?.bins.at(-1)?.promised).toBeGreaterThan(found?.bins.at(-1)?.agreed.value ?? 1);
	});

	it('has the largest likelihood where it says: the slope there is zero', () => {
		fc.assert(
			fc.property(fc.array(fc.double({ min: -30, max: 30, noNaN: true }), { minLength: 2, maxLength: 60 }), (margins) => {
				const found = marginCalibration(margins.map((m, i) => pair(m, `g${i}`)), { ...options, scale: null });
				const t = found?.observed.value ?? null;
				if (!(margins.some((m) => m > 0) && margins.some((m) => m < 0))) expect(t).toBeNull();
				// Margins next to nothing carry next to no information: t is then as large as a number can be.
				else if (t !== null && Math.abs(t) < 1e6) {
					const score = (at: number) => margins.reduce((sum, m) => sum + m / (1 + Math.exp(at * m)), 0);
					const tolerance = 1e-6 * margins.reduce((sum, m) => sum + Math.abs(m), 0);
					expect(Math.abs(score(t))).toBeLessThanOrEqual(tolerance);
				}
				expect(found?.bins.reduce((sum, { agreed }) => sum + agreed.n, 0)).toBe(margins.length);
				expect(found?.error).toBeNull();
			}),
			{ numRuns: 100 }
		);
	});

	it('gives no finite odds where every margin is for the chosen answer, and nothing where nothing was scored', () => {
		const all = marginCalibration(Array.from({ length: 40 }, (_, i) => pair(1 + i / 10, `g${i}`)), options);
		expect(all?.observed).toMatchObject({ value: null, low: null, high: null });
		expect(all?.bins.map(({ agreed }) => agreed.value)).toEqual([1, 1]);
		expect(marginCalibration([pair(NaN, 'g')], options)).toBeNull();
	});

	it('never parts equal margins: a model that has not moved is one bin at ½', () => {
		const still = marginCalibration(Array.from({ length: 200 }, (_, i) => pair(0, `g${i}`)), options);
		expect(still?.bins).toMatchObject([{ from: 0, to: 0, promised: 0.5, agreed: { value: 0.5, n: 200 } }]);
		expect(still?.error).toBe(0);
	});

	it('takes the scale of losses that say something of odds', () => {
		const cpu = { device: 'cpu' } as const;
		expect(marginScale({ ...recipeDefaults('dpo', cpu), beta: 0.3 })).toBe(0.3);
		expect(marginScale({ ...recipeDefaults('dpo', cpu), lossType: 'ipo' })).toBeNull();
		expect(marginScale(recipeDefaults('rm', cpu))).toBe(1);
		expect(marginScale(recipeDefaults('orpo', cpu))).toBeNull();
	});
});
