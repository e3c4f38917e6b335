import { problem, value } from '../engine/problem.ts';
import { explainFailure } from '../engine/swift/failure.ts';
import { readExitRecord } from '../process/exit-record.ts';
import type { ProcessExit } from '../process/exit-record.ts';
import { findOrphans, killOrphans } from '../process/groups.ts';
import { startProcess } from '../process/supervise.ts';
import type { SupervisedProcess } from '../process/supervise.ts';
import type { LaunchSpec, LaunchedJob, Launcher } from './launcher.ts';

/** Runs jobs as children of this worker, each under a guard. A job does not outlive its worker. */
export function createLocalLauncher(): Launcher {
	const processes = new Map<string, SupervisedProcess>();

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
			const started = await startProcess({ ...command, ...rest, marker: attempt });
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
			else await killOrphans(job.attempt);
		},
		collect,
		clearOrphans: async (isOwned) => {
			const cleared = new Set<string>();
			for (const { marker } of await findOrphans()) {
				if (cleared.has(marker) || processes.has(marker) || (await isOwned(marker))) continue;
				await killOrphans(marker);
				cleared.add(marker);
			}
			return [...cleared];
		}
	};
}

/** How long an ended process is remembered for a late `collect`; after that its exit file tells. */
const KEPT_MS = 60_000;
