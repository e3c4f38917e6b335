import fc from 'fast-check';
import { expect, test } from 'vitest';
import { beginTime, hidden, IDLE_MS, seen, shownAgain } from './active-time.ts';

test('reading counts, a lunch does not', () => {
	let time = beginTime(0, true);
	time = seen(time, 40_000);
	time = seen(time, 40_000 + 45 * 60_000);
	expect(seen(time, 40_000 + 45 * 60_000 + 5_000).ms).toBe(40_000 + IDLE_MS + 5_000);
});

test('out of sight nothing counts', () => {
	const time = shownAgain(hidden(beginTime(0, true), 10_000), 500_000);
	expect(seen(time, 505_000).ms).toBe(15_000);
	expect(seen(beginTime(0, false), 90_000).ms).toBe(0);
});

test('never more than passed, nor more than a minute for each sign; a clock that goes back takes nothing away', () => {
	const event = fc.record({ after: fc.integer({ min: -1_000, max: 300_000 }), does: fc.constantFrom(seen, hidden, shownAgain) });
	fc.assert(
		fc.property(fc.array(event), (events) => {
			let now = 0;
			let time = beginTime(now, true);
			let passed = 0;
			for (const { after, does } of events) {
				now += after;
				passed += Math.max(0, after);
				const before = time.ms;
				time = does(time, now);
				expect(time.ms).toBeGreaterThanOrEqual(before);
				expect(time.ms - before).toBeLessThanOrEqual(IDLE_MS);
			}
			expect(time.ms).toBeLessThanOrEqual(passed + 1_000 * events.length);
		})
	);
});
