import { RUN_INTERVALS, saveGraceSeconds } from '#lib/domain/intervals.ts';
import type { LaunchedJob, Launcher } from '../launchers/launcher.ts';
import type { WorkerContext } from './context.ts';
import type { Lease } from './hold-lease.ts';

/** Ends an attempt's engine when its lease says so. */
export type EngineEnding = {
	/** Looks whether what is wanted has changed; for every renewal. */
	look: () => void;
	/** Ends it now, whatever the lease says. */
	now: () => Promise<void>;
	/** The engine has ended. */
	over: () => void;
};

/**
 * Ends an engine as soon as its lease is to be stopped. What is to be kept or gone on with gets the time to finish its
 * step and save, as it was when that was first said; only throwing away, the worker's end and another attempt shorten it.
 * @param secondsPerStep as the engine last told it; null before the first step
 */
export function createEngineEnding({ app, shutdown }: Pick<WorkerContext, 'app' | 'shutdown'>, launcher: Launcher, job: LaunchedJob, lease: Lease, secondsPerStep: () => number | null): EngineEnding {
	let given = Infinity;
	const end = (graceSeconds: number) => launcher.cancel(job, { graceSeconds }).catch((error: unknown) => app.log.warn({ err: error, ...lease.of }, 'job not ended'));
	const grace = () => {
		if (lease.fenced) return 0;
		// Nobody renews for a worker that is gone, and what started it does not wait for long.
		if (shutdown.aborted || lease.desired === 'cancel_discard') return RUN_INTERVALS.graceSeconds;
		// Given already: a step that went quicker says nothing of the one that is saved.
		return given === Infinity ? saveGraceSeconds(secondsPerStep()) : given;
	};
	const look = () => {
		if (!lease.stop.aborted || grace() >= given) return;
		given = grace();
		void end(given);
	};
	for (const signal of [lease.stop, shutdown]) signal.addEventListener('abort', look, { once: true });
	look();
	return {
		look,
		now: () => end(0),
		over: () => {
			for (const signal of [lease.stop, shutdown]) signal.removeEventListener('abort', look);
			given = -Infinity;
		}
	};
}
