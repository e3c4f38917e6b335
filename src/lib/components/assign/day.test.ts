import { describe, expect, it } from 'vitest';
import { dayFrom, endOfDay, startOfDay } from './day.ts';

describe('a day', () => {
	it('begins and ends where the reader is', () => {
		expect(new Date(startOfDay('2026-11-23') ?? '').getHours()).toBe(0);
		expect(new Date(endOfDay('2026-11-23') ?? '')).toEqual(new Date(2026, 10, 23, 23, 59, 59));
		expect(endOfDay('')).toBeNull();
		expect(startOfDay('23.11.2026')).toBeNull();
	});

	it('is counted over the ends of months', () => {
		expect(dayFrom(new Date(2026, 10, 23, 22), 0)).toBe('2026-11-23');
		expect(dayFrom(new Date(2026, 10, 23, 22), 10)).toBe('2026-12-03');
		expect(dayFrom(new Date(2026, 11, 31), 1)).toBe('2027-01-01');
	});
});
