import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';

/** So long may work that has no end of its own keep a process from answering anybody else. */
const SLICE_MS = 1;
/** So long it rests after a slice while others are being served: it goes on, at a sixth of its pace or so, also where somebody always is. */
const REST_MS = 5;
/** Whoever is served for longer (a large upload on a slow line) gains nothing by milliseconds. */
const PATIENCE_MS = 1000;

const request = new AsyncLocalStorage<{ waitedFor: boolean }>();
/** Requests under way that somebody waits for. */
let waitedFor = 0;

/** Serves one request. Long work in this process rests meanwhile, but not for ever, and not where it is what this request asks for. */
export async function serving<T>(serve: () => T | Promise<T>, patienceMs = PATIENCE_MS): Promise<T> {
	const own = { waitedFor: true };
	waitedFor += 1;
	const over = setTimeout(() => letGo(own), patienceMs).unref();
	try {
		return await request.run(own, serve);
	} finally {
		clearTimeout(over);
		letGo(own);
	}
}

function letGo(own: { waitedFor: boolean } | undefined): void {
	if (!own?.waitedFor) return;
	own.waitedFor = false;
	waitedFor -= 1;
}

/**
 * Makes long work polite: awaited between its steps, it lets what waits in this
 * process go first whenever a slice of time is used up, and rests while others
 * are served. Streams alone do not: many rows come out of one chunk without a
 * pause, and a process that never rests is given the processor last when it has
 * somebody to serve. The request that asks for the work is not waited for.
 */
export function givingWay({ sliceMs = SLICE_MS, restMs = REST_MS } = {}): () => Promise<void> | undefined {
	letGo(request.getStore());
	let began = performance.now();
	const rest = async (): Promise<void> => {
		await turn();
		for (const end = performance.now() + restMs; waitedFor > 0 && performance.now() < end; ) await sleep(1);
		began = performance.now();
	};
	return () => (performance.now() - began < sliceMs ? undefined : rest());
}
