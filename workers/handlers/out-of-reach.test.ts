import { expect, it } from 'vitest';
import { reachWaitMs, waitForReach } from './out-of-reach.ts';

const ended = (...codes: (string | null)[]) => codes.map((code) => ({ problem: code === null ? null : { code, message: '' } }));

it('waits longer each time in a row that something is out of reach, and no longer than ten minutes', () => {
	expect(reachWaitMs([])).toBe(5000);
	expect(reachWaitMs(ended('killed', null))).toBe(5000);
	expect(reachWaitMs(ended('killed', 'out_of_reach', 'out_of_reach'))).toBe(20_000);
	expect(reachWaitMs(ended('out_of_reach', 'out_of_reach', 'worker_stopped'))).toBe(5000);
	expect(reachWaitMs(ended('disk_full', 'out_of_reach', 'disk_full'))).toBe(40_000);
	expect(reachWaitMs(ended(...Array.from({ length: 2000 }, () => 'out_of_reach')))).toBe(600_000);
});

it('waits no longer than its attempt may', async () => {
	await waitForReach(ended(...Array.from({ length: 20 }, () => 'out_of_reach')), AbortSignal.abort());
});
