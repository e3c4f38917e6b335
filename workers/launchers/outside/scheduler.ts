import type { LauncherName } from '#lib/domain/launcher.ts';
import type { Outcome } from '../../engine/problem.ts';

/** What a job asks a scheduler for. */
export type JobResources = { nodes: number; gpusPerNode: number; cpusPerNode: number };

/** A job as a scheduler is given it: a name to find it by, and the program that runs on each of its hosts. */
export type SchedulerJob = {
	name: string;
	/** Whose it is, for people who look into the cluster: `run.number`. */
	attempt: string;
	dir: string;
	argv: string[];
	resources: JobResources;
	/** Where its nodes meet. */
	masterPort: number;
	/** How long the watcher gives the engine once the scheduler tells it to end. */
	graceSeconds: number;
};

/**
 * What a scheduler says of a job. `gone`: it will never run again; the detail says how it saw it end. `unknown`: it
 * does not answer for the moment, which says nothing about the job.
 */
export type JobState = { state: 'waiting' | 'running' | 'gone' | 'unknown'; detail?: string };

/** A scheduler outside of Plumbline. It knows nothing of attempts and leases: those are the watcher's and the worker's. */
export type Scheduler = {
	readonly name: LauncherName;
	/** Gives the job's id. */
	submit(job: SchedulerJob): Promise<Outcome<string>>;
	state(id: string): Promise<JobState>;
	/** Takes the job away: out of the queue, or off its hosts. */
	cancel(id: string): Promise<void>;
	/** Jobs that are not over whose name begins so. */
	find(prefix: string): Promise<{ id: string; name: string }[]>;
};
