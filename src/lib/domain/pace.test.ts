import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hoursLeft, perActiveHour } from './pace.ts';

test('an hour at the desk', () => {
	expect(perActiveHour({ judged: 30, seconds: 1800 })).toBe(60);
	expect(perActiveHour({ judged: 4, seconds: 1800 })).toBeNull();
	expect(perActiveHour({ judged: 30, seconds: 0 })).toBeNull();
});

test('three days at forty a day', () => {
	expect(hoursLeft({ left: 120, recent: 80, hours: 48 })).toBe(72);
});

test('nothing is promised from a handful or from a few minutes', () => {
	expect(hoursLeft({ left: 120, recent: 9, hours: 48 })).toBeNull();
	expect(hoursLeft({ left: 120, recent: 50, hours: 0.5 })).toBeNull();
	expect(hoursLeft({ left: 0, recent: 0, hours: 0 })).toBe(0);
});

test('more work never ends sooner, more haste never later', () => {
	fc.assert(
		fc.property(fc.nat(1000), fc.nat(1000), fc.integer({ min: 10, max: 500 }), fc.integer({ min: 10, max: 500 }), fc.integer({ min: 1, max: 168 }), (left, more, recent, faster, hours) => {
			const now = hoursLeft({ left, recent, hours }) ?? NaN;
			expect(hoursLeft({ left: left + more, recent, hours })).toBeGreaterThanOrEqual(now);
			expect(hoursLeft({ left, recent: recent + faster, hours })).toBeLessThanOrEqual(now);
		})
	);
});
