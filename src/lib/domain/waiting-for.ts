import type { LauncherName } from './launcher.ts';
import type { DesiredState, RunStatus } from './run-state.ts';
import type { WorkerCapabilities } from './worker-capabilities.ts';

/** Why a run has not begun, as a code for the page and the facts its sentence needs. */
export type WaitingFor =
	| { code: 'paused' }
	| { code: 'stage'; /** What is trained before it. */ objective: string }
	| { code: 'no_worker' }
	| { code: 'no_launcher'; launcher: LauncherName }
	| { code: 'no_engine'; message: string }
	| { code: 'engine_installing'; done: number; total: number; label: string }
	| { code: 'in_line'; ahead: number }
	| { code: 'starting' };

/**
 * Why a queued run waits, from what the living workers say of themselves. With
 * one ready worker it is the line's length; else the best of what there is.
 * @param ahead runs queued before this one
 * @param launcher where the run shall be placed
 */
export function waitingFor(living: readonly WorkerCapabilities[], ahead: number, launcher: LauncherName = 'local'): WaitingFor {
	if (living.length === 0) return { code: 'no_worker' };
	const workers = living.filter(({ launchers = ['local'] }) => launchers.includes(launcher));
	if (workers.length === 0) return { code: 'no_launcher', launcher };
	const engines = workers.map((worker) => worker.engine);
	if (engines.some((engine) => engine.state === 'ready')) return ahead > 0 ? { code: 'in_line', ahead } : { code: 'starting' };
	const installing = engines.find((engine) => engine.state === 'installing');
	if (installing) return { code: 'engine_installing', done: installing.done, total: installing.total, label: installing.label };
	const broken = engines.find((engine) => engine.state === 'unavailable' || engine.state === 'failed');
	return broken ? { code: 'no_engine', message: broken.message } : { code: 'starting' };
}

/** Why a run has not begun: it was paused, it waits for the stage before it, or what the line and the workers say; null once it has, or is over. */
export function whyRunWaits(run: { status: RunStatus; desiredState: DesiredState; launcher: LauncherName }, stage: { objective: string; status: RunStatus } | null, living: readonly WorkerCapabilities[], ahead: number): WaitingFor | null {
	if (run.status !== 'queued' && run.status !== 'waiting') return null;
	if (run.status === 'waiting' && run.desiredState === 'pause') return { code: 'paused' };
	if (run.status === 'waiting' && stage && stage.status !== 'succeeded') return { code: 'stage', objective: stage.objective };
	return waitingFor(living, ahead, run.launcher);
}
