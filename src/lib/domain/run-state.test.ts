import { describe, expect, it } from 'vitest';
import { canTransition, hasAttempt, isTerminal, RUN_STATUSES, TRANSITIONS } from './run-state.ts';
import type { RunStatus } from './run-state.ts';

const reachable = (start: RunStatus): Set<RunStatus> => {
	const seen = new Set<RunStatus>([start]);
	for (const status of seen) for (const next of TRANSITIONS[status]) seen.add(next);
	return seen;
};

describe('run statuses', () => {
	it('are all reachable from queued', () => {
		expect([...reachable('queued')].sort()).toEqual([...RUN_STATUSES].sort());
	});

	it('can all come to an end', () => {
		for (const status of RUN_STATUSES) expect([...reachable(status)].some(isTerminal)).toBe(true);
	});

	it('end in succeeded, failed and cancelled, and never leave those', () => {
		expect(RUN_STATUSES.filter(isTerminal)).toEqual(['succeeded', 'failed', 'cancelled']);
		for (const from of RUN_STATUSES.filter(isTerminal)) for (const to of RUN_STATUSES) expect(canTransition(from, to)).toBe(false);
	});

	it('go back to queued when an attempt crashes', () => {
		for (const status of RUN_STATUSES.filter(hasAttempt)) expect(canTransition(status, 'queued')).toBe(true);
	});

	it('can be cancelled at any time, also when no worker is left to stop', () => {
		for (const status of RUN_STATUSES.filter((candidate) => !isTerminal(candidate))) expect(canTransition(status, 'cancelled')).toBe(true);
	});

	it('never skip the training', () => {
		for (const status of ['queued', 'waiting', 'preparing'] as const) expect(canTransition(status, 'succeeded')).toBe(false);
		expect(canTransition('queued', 'running')).toBe(false);
	});

	it('do not count staying as a change', () => {
		for (const status of RUN_STATUSES) expect(canTransition(status, status)).toBe(false);
	});
});
