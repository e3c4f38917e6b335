import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lastDigestTime } from './digest-time.ts';

describe('when digests go out', () => {
	it('is the hour of today, or before it that of yesterday', () => {
		expect(lastDigestTime(new Date(2026, 10, 23, 9, 30), 7)).toEqual(new Date(2026, 10, 23, 7));
		expect(lastDigestTime(new Date(2026, 10, 23, 6, 59), 7)).toEqual(new Date(2026, 10, 22, 7));
		expect(lastDigestTime(new Date(2026, 10, 1, 0, 0), 7)).toEqual(new Date(2026, 9, 31, 7));
	});

	it('is never ahead, and never more than a day and the turn of a clock ago', () => {
		fc.assert(
			fc.property(fc.date({ min: new Date(2020, 0, 1), max: new Date(2040, 0, 1), noInvalidDate: true }), fc.integer({ min: 0, max: 23 }), (now, hour) => {
				const last = lastDigestTime(now, hour);
				expect(last.getTime()).toBeLessThanOrEqual(now.getTime());
				expect(now.getTime() - last.getTime()).toBeLessThan(26 * 3_600_000);
			})
		);
	});
});
