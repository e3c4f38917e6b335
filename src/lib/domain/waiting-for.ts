import type { LauncherName } from './launcher.ts';
import { isLeftToOthers } from './left-to-others.ts';
import type { Candidate } from './left-to-others.ts';
import { nextRun } from './next-run.ts';
import type { RunInLine } from './next-run.ts';
import type { DesiredState, RunStatus } from './run-state.ts';
import type { WorkerCapabilities } from './worker-capabilities.ts';
import { hasLabels } from './worker-label.ts';

/** Why a run has not begun, as a code for the page and the facts its sentence needs. */
export type WaitingFor =
	| { code: 'paused' }
	| { code: 'stage'; /** What is trained before it. */ objective: string }
	| { code: 'no_worker' }
	| { code: 'draining' }
	| { code: 'no_launcher'; launcher: LauncherName }
	| { code: 'no_label'; /** What it asks for, of which no living worker that could place it has all. */ labels: readonly string[] }
	| { code: 'no_engine'; message: string }
	| { code: 'engine_installing'; done: number; total: number; label: string }
	| { code: 'too_few_gpus'; /** What it wants on one host. */ gpus: number; /** GPUs of the worker that has most. */ most: number }
	| { code: 'served' }
	| { code: 'in_line'; ahead: number }
	| { code: 'busy' }
	| { code: 'starting' };

/** A living worker, as far as it matters to what waits. */
export type LivingWorker = {
	capabilities: WorkerCapabilities;
	/** It takes nothing new. */
	draining: boolean;
	/** GPUs that model servers have until somebody ends them. */
	served: number;
	/** GPUs that other work has for a while; on a host without any, its one place. */
	held: number;
};

/** What a run that waits wants. */
export type Wanted = Pick<RunInLine, 'launcher' | 'gpus' | 'gpuOnly' | 'packages'> & { /** What the worker that takes it must be called. */ labels: readonly string[] };

/** Whether a worker with so many GPUs for runs, and so many of them free, would take a run that is first in line. */
function takes(wanted: Wanted, total: number, free: number): boolean {
	return nextRun([{ id: 'it', ...wanted }], { launchers: ['local'], gpus: { total, free } }) !== null;
}

const candidate = ({ capabilities: { gpus, engine }, served }: LivingWorker): Candidate => ({ gpus: gpus.length, unlent: gpus.length - served, versions: engine.state === 'ready' ? engine.versions : {} });

/** Those that would take the run themselves, of workers that could place it and have an engine. */
function takers(ready: readonly LivingWorker[], wanted: Wanted): LivingWorker[] {
	return ready.filter((one) => !isLeftToOthers(wanted, candidate(one), ready.filter((other) => other !== one).map(candidate)));
}

/** What keeps a run from the hosts that could train it, all of whose engines are ready: too few GPUs, servers that have them, or work that ends by itself. */
function waitsForDevices(ready: readonly LivingWorker[], wanted: Wanted): WaitingFor | null {
	const hosts = ready.map(({ capabilities, served, held }) => ({ gpus: capabilities.gpus.length, served, held }));
	// As a worker looks at it, whose one place without GPUs nobody holds for good.
	const able = hosts.filter(({ gpus }) => takes(wanted, gpus, Math.max(1, gpus)));
	if (able.length === 0) return { code: 'too_few_gpus', gpus: wanted.gpus, most: Math.max(...hosts.map(({ gpus }) => gpus)) };
	const unlent = able.filter(({ gpus, served }) => gpus === 0 || takes(wanted, gpus - served, gpus - served));
	if (unlent.length === 0) return { code: 'served' };
	return unlent.some(({ gpus, served, held }) => takes(wanted, gpus - served, Math.max(1, gpus) - served - held)) ? null : { code: 'busy' };
}

/**
 * Why a queued run waits, from what the living workers say of themselves and have in hand. With one ready worker that
 * could train it, it is the line's length; else the best of what there is.
 * @param ahead runs queued before this one
 */
export function waitingFor(living: readonly LivingWorker[], ahead: number, wanted: Wanted): WaitingFor {
	if (living.length === 0) return { code: 'no_worker' };
	const taking = living.filter(({ draining }) => !draining);
	if (taking.length === 0) return { code: 'draining' };
	const placing = taking.filter(({ capabilities: { launchers = ['local'] } }) => launchers.includes(wanted.launcher));
	if (placing.length === 0) return { code: 'no_launcher', launcher: wanted.launcher };
	const workers = placing.filter(({ capabilities: { labels } }) => hasLabels(labels, wanted.labels));
	if (workers.length === 0) return { code: 'no_label', labels: wanted.labels };
	const ready = takers(workers.filter(({ capabilities }) => capabilities.engine.state === 'ready'), wanted);
	if (ready.length > 0) {
		const devices = wanted.launcher === 'local' ? waitsForDevices(ready, wanted) : null;
		if (devices && devices.code !== 'busy') return devices;
		return ahead > 0 ? { code: 'in_line', ahead } : (devices ?? { code: 'starting' });
	}
	const engines = workers.map(({ capabilities }) => capabilities.engine);
	const installing = engines.find((engine) => engine.state === 'installing');
	if (installing) return { code: 'engine_installing', done: installing.done, total: installing.total, label: installing.label };
	const broken = engines.find((engine) => engine.state === 'unavailable' || engine.state === 'failed');
	return broken ? { code: 'no_engine', message: broken.message } : { code: 'starting' };
}

/** Why a run has not begun: it was paused, it waits for the stage before it, or what the line and the workers say; null once it has, or is over. */
export function whyRunWaits(run: { status: RunStatus; desiredState: DesiredState } & Wanted, stage: { objective: string; status: RunStatus } | null, living: readonly LivingWorker[], ahead: number): WaitingFor | null {
	if (run.status !== 'queued' && run.status !== 'waiting') return null;
	if (run.status === 'waiting' && run.desiredState === 'pause') return { code: 'paused' };
	if (run.status === 'waiting' && stage && stage.status !== 'succeeded') return { code: 'stage', objective: stage.objective };
	return waitingFor(living, ahead, run);
}
