import { setImmediate as others } from 'node:timers/promises';

/** So long may work that has no end of its own keep a process from answering anybody else. */
const SLICE_MS = 4;

/**
 * Makes long work polite: awaited between its steps, it lets what waits in this
 * process go first whenever a slice of time is used up. Streams alone do not:
 * many rows come out of one chunk without a pause.
 */
export function givingWay(): () => Promise<void> | undefined {
	let began = performance.now();
	return () => {
		if (performance.now() - began < SLICE_MS) return undefined;
		return others().then(() => void (began = performance.now()));
	};
}
