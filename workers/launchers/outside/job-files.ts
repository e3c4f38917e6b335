import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What the watcher on the job's host is to run; it reads this from the attempt's folder, so that no scheduler's record holds it. */
export type JobFile = {
	argv: string[];
	env: Record<string, string>;
	cwd: string;
	marker: string;
	nodes: number;
	/** Where the nodes of one job meet. */
	masterPort: number;
	graceSeconds: number;
	/** The same when the scheduler takes the host away. */
	preemptedGraceSeconds: number;
	selfTerminateSeconds: number;
};

/** Where the engine runs, once it does. */
export type RunningAt = { host: string; pid: number };

async function writeWhole(dir: string, name: string, text: string): Promise<void> {
	const building = join(dir, `.${name}.${process.pid}`);
	await writeFile(building, text, { mode: 0o600 });
	await rename(building, join(dir, name));
}

/** Lays out what the watcher runs. */
export function writeJob(dir: string, job: JobFile): Promise<void> {
	return writeWhole(dir, 'job.json', `${JSON.stringify(job)}\n`);
}

/** Renews the lease: any text that was not there before. */
export function writeLease(dir: string, count: number): Promise<void> {
	return writeWhole(dir, 'lease', String(count));
}

/** Asks the watcher to end the engine. */
export function writeStop(dir: string, graceSeconds: number): Promise<void> {
	return writeWhole(dir, 'stop', String(graceSeconds));
}

/** Where the engine runs; undefined before it does. */
export async function readRunningAt(dir: string): Promise<RunningAt | undefined> {
	const text = await readFile(join(dir, 'job-state.json'), 'utf8').catch(() => undefined);
	return text === undefined ? undefined : (JSON.parse(text) as RunningAt);
}
