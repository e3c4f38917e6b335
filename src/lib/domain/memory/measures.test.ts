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
	const past = (secondsPerStep: number, rowsPerDevice: number, devices = 1) => ({ secondsPerStep, rowsPerDevice, devices });
	it('is the median of what a device of earlier runs needed a row, with the fastest and slowest', () => {
		expect(estimateTime([past(2, 4), past(4, 4), past(12, 16)], { steps: 100, rowsPerDevice: 8, devices: 1 })).toEqual({ seconds: 600, low: 400, high: 800, runs: 3, devices: 1 });
		expect(median([3, 1])).toBe(2);
	});
	it('is a quarter on four times the devices, which read four times the rows a step', () => {
		const on = (devices: number, steps: number) => estimateTime([past(4, 2, 2)], { steps, rowsPerDevice: 2, devices });
		expect(on(2, 400)).toMatchObject({ seconds: 1600, devices: 2 });
		expect(on(8, 100)).toMatchObject({ seconds: 400, devices: 2 });
	});
	it('comes from the runs on the nearest count of devices, of two as near the greater', () => {
		const measured = [past(2, 1, 2), past(3, 1, 8), past(5, 1, 8), past(9, 1, 32)];
		const from = (devices: number) => estimateTime(measured, { steps: 1, rowsPerDevice: 1, devices });
		expect([2, 3, 4, 6, 16, 64].map((devices) => [from(devices)?.devices, from(devices)?.seconds])).toEqual([[2, 2], [2, 2], [8, 4], [8, 4], [32, 9], [32, 9]]);
	});
	it('is not guessed', () => {
		expect(estimateTime([], { steps: 100, rowsPerDevice: 8, devices: 1 })).toBeNull();
		expect(estimateTime([past(0, 8)], { steps: 100, rowsPerDevice: 8, devices: 1 })).toBeNull();
	});
	it('costs by device and hour', () => expect(costOf(7200, 4, 2.5)).toBe(20));
});
