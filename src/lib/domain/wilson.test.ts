import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wilsonInterval } from './wilson.ts';

describe('wilsonInterval', () => {
	it('gives the published example: 15 of 148 is 0.0624 to 0.1605 (Newcombe 1998, method 3)', () => {
		const { low, high } = wilsonInterval(15, 148);
		expect(low).toBeCloseTo(0.0624, 4);
		expect(high).toBeCloseTo(0.1605, 4);
	});

	it('stays open where all trials agree', () => {
		expect(wilsonInterval(40, 40).low).toBeCloseTo(0.9124, 4);
		expect(wilsonInterval(40, 40).high).toBe(1);
		expect(wilsonInterval(0, 20).low).toBe(0);
		expect(wilsonInterval(0, 20).high).toBeCloseTo(0.1611, 4);
	});

	it('holds the estimate, stays in [0, 1] and mirrors under exchange of the outcomes', () => {
		fc.assert(
			fc.property(fc.integer({ min: 1, max: 5000 }), fc.nat(), (trials, n) => {
				const successes = n % (trials + 1);
				const { low, high } = wilsonInterval(successes, trials);
				expect(low).toBeGreaterThanOrEqual(0);
				expect(high).toBeLessThanOrEqual(1);
				expect(low <= successes / trials && successes / trials <= high).toBe(true);
				const mirror = wilsonInterval(trials - successes, trials);
				expect(mirror.low).toBeCloseTo(1 - high, 10);
			})
		);
	});

	it('refuses no trials and impossible counts', () => {
		expect(() => wilsonInterval(0, 0)).toThrow(RangeError);
		expect(() => wilsonInterval(3, 2)).toThrow(RangeError);
		expect(() => wilsonInterval(-1, 2)).toThrow(RangeError);
	});
});
