import { problem, value } from '../engine/problem.ts';
import { explainFailure } from '../engine/swift/failure.ts';
import { readExitRecord } from '../process/exit-record.ts';
import type { ProcessExit } from '../process/exit-record.ts';
import { findOrphans, killOrphans } from '../process/groups.ts';
import { startProcess } from '../process/supervise.ts';
import type { SupervisedProcess } from '../process/supervise.ts';
import type { LaunchSpec, LaunchedJob, Launcher } from './launcher.ts';

/**
 * Runs jobs as children of this worker, each under a guard. A job does not outlive its worker.
 * @param scope the installation's key: two installations on one host must not take each other's engines for orphans
 */
export function createLocalLauncher(scope = ''): Launcher {
	const processes = new Map<string, SupervisedProcess>();
	const prefix = scope === '' ? '' : `${scope}:`;

	async function collect(job: LaunchedJob): Promise<ProcessExit> {
		const process = processes.get(job.attempt);
		if (process) return process.exited;
		// Another worker's job: its guard has ended it, or `clearOrphans` has.
		return (await readExitRecord(job.dir)) ?? { code: null, signal: 'SIGKILL', reason: 'guard_lost', at: new Date().toISOString() };
	}

	return {
		name: 'local',
		submit: async (spec: LaunchSpec) => {
			if (processes.has(spec.attempt)) return problem('start_failed', 'This attempt runs already.', 'Start a new attempt.');
			const { command, attempt, ...rest } = spec;
			const started = await startProcess({ ...command, ...rest, marker: prefix + attempt });
			if (!started.ok) return { ok: false, problem: explainFailure(started.exit, '') };
			processes.set(attempt, started.process);
			void started.process.exited.then(() => setTimeout(() => processes.delete(attempt), KEPT_MS).unref());
			return value({ id: String(started.process.pid), attempt, dir: spec.dir });
		},
		follow: async function* (job) {
			yield { state: 'running', detail: `process ${job.id}` };
			await collect(job);
		},
		renew: (job) => processes.get(job.attempt)?.renew(),
		cancel: async (job, options) => {
			const process = processes.get(job.attempt);
			if (process) await process.stop(options?.graceSeconds);
			else await killOrphans(prefix + job.attempt);
		},
		collect,
		clearOrphans: async (isOwned) => {
			const cleared = new Set<string>();
			for (const { marker } of await findOrphans()) {
				if (!marker.startsWith(prefix)) continue;
				const attempt = marker.slice(prefix.length);
				if (cleared.has(attempt) || processes.has(attempt) || (await isOwned(attempt))) continue;
				await killOrphans(marker);
				cleared.add(attempt);
			}
			return [...cleared];
		}
	};
}

/** How long an ended process is remembered for a late `collect`; after that its exit file tells. */
const KEPT_MS = 60_000;
