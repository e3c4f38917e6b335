import { describe, expect, it } from 'vitest';
import { upperTail } from './normal.ts';

describe('the tail of the normal distribution', () => {
	it('has the values of R: pnorm(z, lower.tail = FALSE)', () => {
		expect(upperTail(0)).toBe(0.5);
		expect(upperTail(1.959963984540054)).toBeCloseTo(0.025, 14);
		expect(upperTail(-1)).toBeCloseTo(0.841344746068543, 14);
		expect(upperTail(3) / 0.00134989803163009).toBeCloseTo(1, 12);
		expect(upperTail(6) / 9.86587645037698e-10).toBeCloseTo(1, 12);
	});

	it('falls without a step where its two formulas meet', () => {
		expect(upperTail(3 - 1e-9)).toBeGreaterThan(upperTail(3));
		expect(upperTail(3 - 1e-9) / upperTail(3)).toBeCloseTo(1, 7);
	});
});
