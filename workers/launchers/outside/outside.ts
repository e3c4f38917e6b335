import { mkdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { value } from '../../engine/problem.ts';
import { readExitRecord } from '../../process/exit-record.ts';
import type { ProcessExit } from '../../process/exit-record.ts';
import type { LaunchedJob, Launcher, LaunchSpec } from '../launcher.ts';
import { readRunningAt, writeJob, writeLease, writeStop } from './job-files.ts';
import type { JobState, Scheduler } from './scheduler.ts';

const WATCH = fileURLToPath(new URL('./watch.py', import.meta.url));

/** What the engine's environment takes from the host it runs on, not from the worker's. */
const OF_THE_HOST = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'LD_LIBRARY_PATH', 'CUDA_HOME', 'NVIDIA_VISIBLE_DEVICES'];

/** A shared folder may show a file late; after this long the host is taken to have died without a word. */
const LATE_FILE_MS = 15_000;

/** A port above those that systems hand out by themselves, the same on every node of a job. */
const masterPort = (attempt: string) => 20_000 + ([...attempt].reduce((sum, char) => (sum * 31 + (char.codePointAt(0) ?? 0)) % 10_000, 7));

/**
 * Runs jobs through an outside scheduler. On the job's host a watcher starts the engine and ends it when the lease
 * file is no longer renewed, so that a run is never in two engines whatever becomes of this worker. The attempt's
 * folder, this checkout, the engine's environment and the base model must be visible there under the same paths.
 * @param python the interpreter that runs watcher and engine on the host
 * @param scope the installation's key: two installations of one cluster must not end each other's jobs
 */
export function createOutsideLauncher(scheduler: Scheduler, { python, scope, pollMs = 2000 }: { python: string; scope: string; pollMs?: number }): Launcher {
	const leases = new Map<string, number>();
	/** Taken back before they ran. Should a scheduler start one all the same, its watcher finds `stop` and ends at once. */
	const withdrawn = new Set<string>();
	const prefix = `plumbline-${scope}-`;

	/** States until the job is over, each change once. */
	async function* states(job: LaunchedJob): AsyncGenerator<{ state: 'waiting' | 'running'; detail?: string }> {
		let told = '';
		for (;;) {
			if (await readExitRecord(job.dir)) return;
			const at = await readRunningAt(job.dir);
			if (!at && withdrawn.has(job.attempt)) return;
			const seen: JobState = at ? { state: 'running', detail: at.host } : await scheduler.state(job.id);
			// A host that died writes no exit: only the scheduler knows.
			const over = at ? (await scheduler.state(job.id)).state === 'gone' : seen.state === 'gone';
			if (over) return;
			const text = `${seen.state} ${seen.detail ?? ''}`;
			if (text !== told && seen.state !== 'unknown' && seen.state !== 'gone') yield { state: seen.state, ...(seen.detail ? { detail: seen.detail } : {}) };
			told = text;
			await sleep(pollMs);
		}
	}

	async function collect(job: LaunchedJob): Promise<ProcessExit> {
		for await (const _ of states(job));
		// What never began writes nothing, however long one waits.
		const patience = (await readRunningAt(job.dir)) ? LATE_FILE_MS : pollMs;
		for (const deadline = Date.now() + patience; ; ) {
			const exit = await readExitRecord(job.dir);
			if (exit) {
				leases.delete(job.attempt);
				// The watcher only saw the signal; why it came, the scheduler may know.
				const why = exit.reason === 'scheduler' ? (await scheduler.state(job.id)).detail : undefined;
				return why ? { ...exit, message: `${scheduler.name}: ${why}` } : exit;
			}
			if (Date.now() > deadline) break;
			await sleep(Math.min(pollMs, 500));
		}
		leases.delete(job.attempt);
		withdrawn.delete(job.attempt);
		const { detail } = await scheduler.state(job.id);
		return { code: null, signal: 'SIGKILL', reason: 'scheduler', at: new Date().toISOString(), ...(detail ? { message: `${scheduler.name}: ${detail}` } : {}) };
	}

	return {
		name: scheduler.name,
		submit: async (spec: LaunchSpec) => {
			const { attempt, command, dir, graceSeconds, preemptedGraceSeconds = graceSeconds, selfTerminateSeconds } = spec;
			const env = Object.fromEntries(Object.entries(command.env).filter(([name, text]) => !OF_THE_HOST.includes(name) && (name !== 'CUDA_VISIBLE_DEVICES' || text === '')));
			await mkdir(dir, { recursive: true, mode: 0o700 });
			const resources = { nodes: 1, gpusPerNode: 0, cpusPerNode: 1, ...spec.resources };
			const port = masterPort(attempt);
			await writeJob(dir, { argv: command.argv, env, cwd: command.cwd, marker: `${scope}:${attempt}`, nodes: resources.nodes, masterPort: port, graceSeconds, preemptedGraceSeconds, selfTerminateSeconds });
			await writeLease(dir, 0);
			leases.set(attempt, 0);
			const submitted = await scheduler.submit({ name: `${prefix}${attempt}`, attempt, dir, argv: [python, WATCH, dir], resources, masterPort: port, graceSeconds: preemptedGraceSeconds });
			if (submitted.ok) return value({ id: submitted.value, attempt, dir });
			// What it took in spite of its answer ends as soon as it begins.
			await writeStop(dir, 0);
			leases.delete(attempt);
			return submitted;
		},
		follow: states,
		renew: (job) => {
			const count = (leases.get(job.attempt) ?? 0) + 1;
			leases.set(job.attempt, count);
			// A shared folder that is away for a moment: the next beat writes again, and if it stays away the watcher ends the engine.
			void writeLease(job.dir, count).catch(() => undefined);
		},
		cancel: async (job, options) => {
			const graceSeconds = options?.graceSeconds ?? 0;
			await writeStop(job.dir, graceSeconds);
			if (!(await readRunningAt(job.dir))) {
				// In the queue nothing has been trained that could be saved.
				withdrawn.add(job.attempt);
				await scheduler.cancel(job.id);
				return;
			}
			const deadline = Date.now() + graceSeconds * 1000 + LATE_FILE_MS;
			while (Date.now() < deadline && !(await readExitRecord(job.dir)) && (await scheduler.state(job.id)).state !== 'gone') await sleep(Math.min(pollMs, 500));
			if (!(await readExitRecord(job.dir))) await scheduler.cancel(job.id);
		},
		collect,
		clearOrphans: async (isOwned) => {
			const cleared: string[] = [];
			for (const { id, name } of await scheduler.find(prefix)) {
				const attempt = name.slice(prefix.length);
				if (leases.has(attempt) || (await isOwned(attempt))) continue;
				await scheduler.cancel(id);
				cleared.push(attempt);
			}
			return cleared;
		}
	};
}
