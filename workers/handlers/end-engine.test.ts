import { expect, it } from 'vitest';
import { RUN_INTERVALS } from '#lib/domain/intervals.ts';
import type { App } from '#lib/server/app.ts';
import type { Launcher } from '../launchers/launcher.ts';
import { createEngineEnding } from './end-engine.ts';
import type { Lease } from './hold-lease.ts';

const SLOW = 100;

/** An engine that trains a step in 100 seconds, and for how long it was told to go on when it was asked to end. */
function training(of: { stopped?: boolean } = {}) {
	const [stop, shutdown] = [new AbortController(), new AbortController()];
	if (of.stopped) stop.abort();
	const graces: (number | undefined)[] = [];
	let secondsPerStep = SLOW;
	const launcher = { cancel: async (_: unknown, options?: { graceSeconds?: number }) => void graces.push(options?.graceSeconds) } as unknown as Launcher;
	const lease: Lease = { of: { runId: 'r', attempt: 1 }, stop: stop.signal, unwanted: new AbortController().signal, desired: 'run', paused: false, fenced: false, onRenewed: () => undefined, end: () => undefined };
	const ending = createEngineEnding({ app: {} as App, shutdown: shutdown.signal }, launcher, { id: 'j', attempt: 'r.1', dir: '/' }, lease, () => secondsPerStep);
	const want = (desired: Lease['desired']) => {
		Object.assign(lease, { desired });
		// As the lease does: first what renews, then the wish to stop.
		ending.look();
		if (desired !== 'run') stop.abort();
	};
	return { graces, lease, ending, want, stop, shutdown, quicker: (to: number) => (secondsPerStep = to) };
}

it.each(['pause', 'cancel_keep'] as const)('gives a slow engine the time to finish its step and save: %s', (desired) => {
	const { graces, ending, want } = training();
	ending.look();
	expect(graces).toEqual([]);
	want(desired);
	expect(graces).toEqual([2 * SLOW + 120]);
	ending.look();
	expect(graces).toHaveLength(1);
});

it('takes no time back that it gave, should a step go quicker meanwhile', () => {
	const { graces, ending, want, quicker } = training();
	want('pause');
	quicker(SLOW / 10);
	ending.look();
	want('cancel_keep');
	expect(graces).toEqual([2 * SLOW + 120]);
});

it('waits less for what is thrown away, also when that is said later', () => {
	const { graces, want } = training();
	want('pause');
	want('cancel_discard');
	want('cancel_discard');
	expect(graces).toEqual([2 * SLOW + 120, RUN_INTERVALS.graceSeconds]);
});

it('waits less once the worker goes down, and not at all for a run that another attempt has', () => {
	const { graces, want, shutdown, lease, ending } = training();
	want('pause');
	shutdown.abort();
	lease.fenced = true;
	ending.look();
	expect(graces).toEqual([2 * SLOW + 120, RUN_INTERVALS.graceSeconds, 0]);
});

it('ends one that was to be stopped before it began, and leaves alone what has ended', async () => {
	expect(training({ stopped: true }).graces).toEqual([2 * SLOW + 120]);
	const { graces, want, ending } = training();
	ending.over();
	want('pause');
	expect(graces).toEqual([]);
	await ending.now();
	expect(graces).toEqual([0]);
});
