import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { costOf, estimateTime, median } from './time-estimate.ts';
import { histogram, longestIn, quantileOf, rowsIn, rowsOver } from './token-lengths.ts';

const anyRows = fc.dictionary(fc.integer({ min: 1, max: 20_000 }).map(String), fc.integer({ min: 1, max: 50 }), { maxKeys: 40 }).map((rows) => ({ rows: { ...rows } }));

describe('lengths of rows', () => {
	const some = { rows: { '10': 2, '100': 5, '300': 1 } };
	it('say how many are over a limit, and what most have', () => {
		expect([rowsIn(some), longestIn(some), rowsOver(some, 99), rowsOver(some, 100), rowsOver(some, 300)]).toEqual([8, 300, 6, 1, 0]);
		expect([quantileOf(some, 0.5), quantileOf(some, 0.95), quantileOf({ rows: {} }, 0.5)]).toEqual([100, 300, 0]);
	});
	it('are all in the histogram, each in its bar', () => {
		expect(histogram(some, 4)).toEqual([{ from: 1, to: 100, rows: 7 }, { from: 101, to: 200, rows: 0 }, { from: 201, to: 300, rows: 1 }]);
		fc.assert(
			fc.property(anyRows, (lengths) => {
				const bars = histogram(lengths);
				expect(bars.reduce((sum, bar) => sum + bar.rows, 0)).toBe(rowsIn(lengths));
				expect(bars.length).toBeLessThanOrEqual(24);
			})
		);
	});
});

describe('the time of a run', () => {
	it('is the median of what earlier runs needed a row, with the fastest and slowest', () => {
		const past = [{ secondsPerStep: 2, rowsPerStep: 4 }, { secondsPerStep: 4, rowsPerStep: 4 }, { secondsPerStep: 12, rowsPerStep: 16 }];
		expect(estimateTime(past, 100, 8)).toEqual({ seconds: 600, low: 400, high: 800, runs: 3 });
		expect(median([3, 1])).toBe(2);
	});
	it('is not guessed', () => {
		expect(estimateTime([], 100, 8)).toBeNull();
		expect(estimateTime([{ secondsPerStep: 0, rowsPerStep: 8 }], 100, 8)).toBeNull();
	});
	it('costs by device and hour', () => expect(costOf(7200, 4, 2.5)).toBe(20));
});
