import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { onDemand } from './on-demand.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** One that starts where `starts` says so; `tried` counts. */
function thing(starts: () => boolean) {
	const told = { tried: 0, missing: 0 };
	const demand = onDemand({
		idleMs: 60_000,
		againMs: 300_000,
		start: () => {
			told.tried += 1;
			return starts() ? Promise.resolve({ stop: () => undefined, ended: new Promise<void>(() => undefined) }) : Promise.reject(new Error('no'));
		},
		missing: () => Promise.resolve(void (told.missing += 1))
	});
	return { demand, told };
}

it('is tried again soon after a failure, then ever later, and soon again once it had started', async () => {
	let works = false;
	const { demand, told } = thing(() => works);
	/** Seconds after which the next try is made. */
	const nextTry = async () => {
		const before = told.tried;
		for (let seconds = 1; ; seconds++) {
			await vi.advanceTimersByTimeAsync(1000);
			await demand.get();
			if (told.tried > before) return seconds;
		}
	};
	expect(await demand.get()).toBeNull();
	expect([await nextTry(), await nextTry(), await nextTry(), await nextTry(), await nextTry(), await nextTry(), await nextTry()]).toEqual([10, 20, 40, 80, 160, 300, 300]);
	expect(told.missing).toBe(told.tried);
	works = true;
	expect(await nextTry()).toBe(300);
	expect(await demand.get()).not.toBeNull();
	expect(told.tried - told.missing).toBe(1);
});

it('that ended is started at once, and counts its failures anew', async () => {
	const [ends, { promise: ended, resolve: end }] = [[true, false, false], Promise.withResolvers<void>()];
	let tried = 0;
	const demand = onDemand({ idleMs: 1, againMs: 300_000, missing: () => Promise.resolve(), start: () => (tried++, ends.shift() ? Promise.resolve({ stop: () => undefined, ended }) : Promise.reject(new Error('no'))) });
	expect(await demand.get()).not.toBeNull();
	end();
	await vi.advanceTimersByTimeAsync(0);
	expect(await demand.get()).toBeNull();
	await vi.advanceTimersByTimeAsync(10_000);
	expect([await demand.get(), tried]).toEqual([null, 3]);
});
