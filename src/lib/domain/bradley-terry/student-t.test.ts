import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { t95, twoSidedP } from './student-t.ts';

describe('Student’s t', () => {
	// The table in any book (Abramowitz & Stegun 1964, 26.10).
	it.each([[1, 12.7062047], [2, 4.3026527], [4, 2.7764451], [9, 2.2621572], [19, 2.0930241], [30, 2.0422725], [120, 1.9799304], [1_000_000, 1.9599664]])('is %d degrees of freedom wide', (df, expected) => {
		expect(t95(df)).toBeCloseTo(expected, 6);
	});

	it('is Cauchy’s with one degree of freedom, and falls as t grows', () => {
		fc.assert(
			fc.property(fc.double({ min: 0.01, max: 50, noNaN: true }), (t) => {
				expect(twoSidedP(t, 1)).toBeCloseTo(1 - (2 / Math.PI) * Math.atan(t), 10);
				expect(twoSidedP(t + 0.5, 7)).toBeLessThan(twoSidedP(t, 7));
			})
		);
	});

	it('needs a degree of freedom', () => {
		expect(() => t95(0)).toThrow(RangeError);
	});
});
