import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anytimeP, logCapital, meanBounds } from './confidence-sequence.ts';
import type { Side } from './confidence-sequence.ts';
import { createRng } from './rng.ts';

type Golden = { breaks: number; sequences: { alpha: number; values: number[]; means: number[]; above: number[]; below: number[]; low: number; high: number }[] };
const golden = JSON.parse(readFileSync(new URL('../../../test/golden/confidence-sequence.json', import.meta.url), 'utf8')) as Golden;

const values = fc.array(fc.oneof(fc.constantFrom(0, 0.5, 1), fc.double({ min: 0, max: 1, noNaN: true })), { minLength: 1, maxLength: 80 });
const level = fc.constantFrom(0.01, 0.05, 0.2);

describe('beside confseq', () => {
	it('bets make the same capital', () => {
		for (const one of golden.sequences) {
			for (const [place, mean] of one.means.entries()) {
				const capital = (side: Side) => logCapital(one.values, { mean, side, alpha: one.alpha }).at(-1);
				expect(capital('above')).toBeCloseTo(Math.log(one.above[place] ?? NaN), 8);
				expect(capital('below')).toBeCloseTo(Math.log(one.below[place] ?? NaN), 8);
			}
		}
	});

	it('bounds lie within its grid, which rounds outwards by one step', () => {
		const step = 1 / golden.breaks;
		for (const one of golden.sequences) {
			const { low, high } = meanBounds(one.values, { alpha: one.alpha });
			expect(low).toBeGreaterThanOrEqual(one.low - 1e-9);
			expect(low).toBeLessThanOrEqual(one.low + step + 1e-9);
			expect(high).toBeLessThanOrEqual(one.high + 1e-9);
			expect(high).toBeGreaterThanOrEqual(one.high - step - 1e-9);
		}
	});
});

describe('bounds', () => {
	it('only ever narrow as values come', () => {
		fc.assert(
			fc.property(values, level, (all, alpha) => {
				let [low, high] = [0, 1];
				for (let n = 1; n <= all.length; n += 7) {
					const bounds = meanBounds(all.slice(0, n), { alpha });
					expect(bounds.low).toBeGreaterThanOrEqual(low - 1e-12);
					expect(bounds.high).toBeLessThanOrEqual(high + 1e-12);
					[low, high] = [bounds.low, bounds.high];
				}
			}),
			{ numRuns: 60 }
		);
	});

	it('are those of the losses turned round', () => {
		fc.assert(
			fc.property(values, level, (all, alpha) => {
				const [own, turned] = [meanBounds(all, { alpha }), meanBounds(all.map((value) => 1 - value), { alpha })];
				expect(turned.low).toBeCloseTo(1 - own.high, 9);
				expect(turned.high).toBeCloseTo(1 - own.low, 9);
			}),
			{ numRuns: 60 }
		);
	});

	it('always contain the value of a constant sequence, and say nothing of no values', () => {
		expect(meanBounds([], { alpha: 0.05 })).toEqual({ low: expect.closeTo(0, 12) as number, high: expect.closeTo(1, 12) as number, drifted: false });
		fc.assert(
			fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 1, max: 300 }), level, (value, n, alpha) => {
				const { low, high, drifted } = meanBounds(Array<number>(n).fill(value), { alpha });
				expect([low <= value, high >= value, drifted]).toEqual([true, true, false]);
			}),
			{ numRuns: 60 }
		);
	});

	it('miss the true mean at any moment no more often than they say', () => {
		const rng = createRng('always valid');
		let missed = 0;
		for (let run = 0; run < 400; run++) {
			const all = Array.from({ length: 200 }, () => ((rng.next() < 0.6 ? 1 : 0) + (rng.next() < 0.6 ? 1 : 0)) / 2);
			// With the running intersection the last bounds know of every moment.
			const { low, high } = meanBounds(all, { alpha: 0.1 });
			if (low > 0.6 || high < 0.6) missed += 1;
		}
		expect(missed / 400).toBeLessThanOrEqual(0.1);
	});

	it('say that values drift when no mean fits them', () => {
		expect(meanBounds([...Array<number>(200).fill(1), ...Array<number>(2000).fill(0)], { alpha: 0.05 }).drifted).toBe(true);
	});

	it('refuse what they cannot read', () => {
		expect(() => meanBounds([1.5], { alpha: 0.05 })).toThrow(RangeError);
		expect(() => meanBounds([NaN], { alpha: 0.05 })).toThrow(RangeError);
		expect(() => meanBounds([1], { alpha: 0 })).toThrow(RangeError);
	});
});

describe('p at any moment', () => {
	it('never rises as values come, and refuses a mean exactly where the bounds of one side do', () => {
		fc.assert(
			fc.property(values, (all) => {
				const p = anytimeP(all, { mean: 0.5, side: 'above', alpha: 0.025 });
				expect(p).toBeLessThanOrEqual(anytimeP(all.slice(0, -1), { mean: 0.5, side: 'above', alpha: 0.025 }));
				expect(p).toBeGreaterThan(0);
				expect(p).toBeLessThanOrEqual(1);
				if (Math.abs(p - 0.025) > 1e-9) expect(p < 0.025).toBe(meanBounds(all, { alpha: 0.05 }).low > 0.5);
			}),
			{ numRuns: 200 }
		);
	});
});
