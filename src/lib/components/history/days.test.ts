import { expect, test } from 'vitest';
import { lastDays } from './days.ts';

test('seven days, today last, each with its own hours', () => {
	const now = new Date(2026, 10, 24, 9, 30);
	const at = (day: number, hour: number) => new Date(2026, 10, day, hour).toISOString();
	const days = lastDays(
		[
			{ start: at(16, 12), judged: 50, seconds: 9 },
			{ start: at(18, 0), judged: 1, seconds: 60 },
			{ start: at(23, 23), judged: 2, seconds: 90 },
			{ start: at(24, 0), judged: 3, seconds: 120 },
			{ start: at(24, 9), judged: 4, seconds: 60 }
		],
		now
	);
	expect(days.map(({ date }) => date.getDate())).toEqual([18, 19, 20, 21, 22, 23, 24]);
	expect(days.map(({ judged }) => judged)).toEqual([1, 0, 0, 0, 0, 2, 7]);
	expect(days.at(-1)?.minutes).toBe(3);
});
