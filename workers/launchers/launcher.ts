import type { LauncherName } from '#lib/domain/launcher.ts';
import type { EngineCommand } from '../engine/engine.ts';
import type { Outcome } from '../engine/problem.ts';
import type { ProcessExit } from '../process/exit-record.ts';
import type { JobResources } from './outside/scheduler.ts';

/** An attempt to be run somewhere. */
export type LaunchSpec = {
	/** Unique to the attempt; its processes carry it, wherever they run. */
	attempt: string;
	command: Omit<EngineCommand, 'own'>;
	/** The attempt's folder, which the job's host sees too. */
	dir: string;
	/** Between asking the engine to stop and killing it. A checkpoint is saved at the end of a step. */
	graceSeconds: number;
	/** The same when an outside scheduler takes the host away; left out, the same time. */
	preemptedGraceSeconds?: number;
	/** Without `renew` for this long the job ends itself. Shorter than the attempt's lease. */
	selfTerminateSeconds: number;
	/** What an outside scheduler is asked for; a launcher of this host has what the host has. */
	resources?: JobResources;
};

/** A job that was handed over. `id` finds it again after the worker has restarted, where the launcher can. */
export type LaunchedJob = { id: string; attempt: string; dir: string };

/** Where a run's processes live. */
export type Launcher = {
	readonly name: LauncherName;
	/** Hands the job over; it may still wait in a queue. */
	submit(spec: LaunchSpec): Promise<Outcome<LaunchedJob>>;
	/** States until the job has ended. */
	follow(job: LaunchedJob): AsyncIterable<{ state: 'waiting' | 'running'; detail?: string }>;
	/** Says that the attempt's lease is held. */
	renew(job: LaunchedJob): void;
	/** Asks the job to stop, kills it after the grace time, resolves when it is gone. */
	cancel(job: LaunchedJob, options?: { graceSeconds?: number }): Promise<void>;
	/** How the job ended; waits for it. */
	collect(job: LaunchedJob): Promise<ProcessExit>;
	/** Ends what earlier workers left running and nobody owns; for the worker's start. Gives their attempts. */
	clearOrphans(isOwned: (attempt: string) => boolean | Promise<boolean>): Promise<string[]>;
};
