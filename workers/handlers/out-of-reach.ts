import { setTimeout as sleep } from 'node:timers/promises';
import type { RunProblem } from '#lib/domain/run-problem.ts';

/** The code of an attempt that ended because something it needs was away; the run is not to blame. */
export const OUT_OF_REACH = 'out_of_reach';

const FIRST_MS = 5000;
const MOST_MS = 600_000;

/** How long a run waits before it goes back in line, in ms: twice as long each time in a row, five seconds to ten minutes. `earlier`: its earlier attempts, oldest first. */
export function reachWaitMs(earlier: readonly { problem: RunProblem | null }[]): number {
	const inARow = earlier.length - 1 - earlier.findLastIndex(({ problem }) => problem?.code !== OUT_OF_REACH);
	return Math.min(FIRST_MS * 2 ** inARow, MOST_MS);
}

/**
 * Waits with the run in hand: given back at once it would be taken again at once, attempt after attempt for as long as
 * the outage lasts. Ends when the attempt is to.
 */
export async function waitForReach(earlier: readonly { problem: RunProblem | null }[], stop: AbortSignal): Promise<void> {
	await sleep(reachWaitMs(earlier), undefined, { signal: stop }).catch(() => undefined);
}
