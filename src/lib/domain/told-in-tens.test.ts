import fc from 'fast-check';
import { expect, test } from 'vitest';
import { doneInTens, leftInTens } from './told-in-tens.ts';

const counts = fc.nat(2000);

test('what is left is told as a ten that is not less, and as nothing only where there is nothing', () => {
	fc.assert(
		fc.property(counts, fc.nat(2000), (left, more) => {
			const told = leftInTens(left, left + more);
			expect(told).toBeGreaterThanOrEqual(left);
			expect(told - left).toBeLessThan(10);
			expect(told % 10 === 0 || told === left + more).toBe(true);
			expect(told === 0).toBe(left === 0);
		})
	);
	expect([0, 1, 10, 11, 40].map((left) => leftInTens(left))).toEqual([0, 10, 10, 20, 40]);
	expect([0, 1, 6].map((left) => leftInTens(left, 6))).toEqual([0, 6, 6]);
});

test('what is done is told as a ten that is not more, and as all only where it is all', () => {
	fc.assert(
		fc.property(counts, fc.nat(2000), (done, open) => {
			const wanted = done + open;
			const told = doneInTens(done, wanted);
			expect(told).toBeLessThanOrEqual(done);
			expect(done - told).toBeLessThan(10);
			expect(told === wanted).toBe(open === 0);
		})
	);
	expect([0, 9, 10, 65, 66].map((done) => doneInTens(done, 66))).toEqual([0, 0, 10, 60, 66]);
});
