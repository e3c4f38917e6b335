import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { intervalProblems, KILL_MARGIN_SECONDS, MOST_GRACE_SECONDS, RUN_INTERVALS, saveGraceSeconds } from './intervals.ts';

describe('RUN_INTERVALS', () => {
	it('keep every relation', () => {
		expect(intervalProblems(RUN_INTERVALS)).toEqual([]);
	});
});

describe('the time to save', () => {
	it('is two steps and a save long, and never shorter than the plain grace', () => {
		expect(saveGraceSeconds(null)).toBe(RUN_INTERVALS.graceSeconds);
		expect(saveGraceSeconds(0.1)).toBe(121);
		expect(saveGraceSeconds(90)).toBe(300);
		expect(saveGraceSeconds(86_400)).toBe(MOST_GRACE_SECONDS);
	});
});

describe('intervalProblems', () => {
	it('finds a heartbeat too slow for the guard', () => {
		expect(intervalProblems({ ...RUN_INTERVALS, heartbeatSeconds: 7 })).toEqual([expect.stringContaining('healthy training')]);
	});

	it('finds a guard that kills after the lease is gone, at the very second', () => {
		const leaseSeconds = RUN_INTERVALS.selfTerminateSeconds + RUN_INTERVALS.heartbeatSeconds + KILL_MARGIN_SECONDS;
		expect(intervalProblems({ ...RUN_INTERVALS, leaseSeconds })).toEqual([expect.stringContaining('second attempt')]);
		expect(intervalProblems({ ...RUN_INTERVALS, leaseSeconds: leaseSeconds + 1 })).toEqual([]);
	});

	it('finds a rare sweep and a short grace', () => {
		expect(intervalProblems({ ...RUN_INTERVALS, sweepSeconds: 46 })).toEqual([expect.stringContaining('sweep')]);
		expect(intervalProblems({ ...RUN_INTERVALS, graceSeconds: 9 })).toEqual([expect.stringContaining('grace')]);
	});

	it('finds what is no time at all', () => {
		for (const seconds of [0, -1, NaN, Infinity]) expect(intervalProblems({ ...RUN_INTERVALS, sweepSeconds: seconds })).toHaveLength(1);
	});

	it('never accepts intervals under which an engine can outlive its lease', () => {
		const seconds = fc.integer({ min: 1, max: 60 });
		fc.assert(
			fc.property(fc.record({ heartbeatSeconds: seconds, selfTerminateSeconds: seconds, leaseSeconds: seconds, sweepSeconds: seconds, graceSeconds: seconds }), (intervals) => {
				const latestDeath = intervals.selfTerminateSeconds + intervals.heartbeatSeconds + KILL_MARGIN_SECONDS;
				if (intervalProblems(intervals).length === 0) expect(latestDeath).toBeLessThan(intervals.leaseSeconds);
			})
		);
	});
});
