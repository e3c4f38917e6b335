import { setTimeout as sleep } from 'node:timers/promises';
import { PASSING, reachWaitSeconds } from '#lib/domain/out-of-reach.ts';
import type { RunProblem } from '#lib/domain/run-problem.ts';

/** Whether an attempt ended by what somebody mends meanwhile. */
export const isPassing = (problem: RunProblem | null): boolean => problem !== null && PASSING.includes(problem.code);

/** How long a run waits before it goes back in line, in ms. `earlier`: its earlier attempts, oldest first. */
export function reachWaitMs(earlier: readonly { problem: RunProblem | null }[]): number {
	const inARow = earlier.length - 1 - earlier.findLastIndex(({ problem }) => !isPassing(problem));
	return reachWaitSeconds(inARow) * 1000;
}

/**
 * Waits with the run in hand: given back at once it would be taken again at once, attempt after attempt for as long as
 * the outage lasts. Ends when the attempt is to.
 */
export async function waitForReach(earlier: readonly { problem: RunProblem | null }[], stop: AbortSignal): Promise<void> {
	await sleep(reachWaitMs(earlier), undefined, { signal: stop }).catch(() => undefined);
}
