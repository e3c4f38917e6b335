import { canMeasure } from '../../domain/checkpoint-export.ts';
import type { ExportFormat } from '../../domain/checkpoint-export.ts';
import { isLeftToOthers } from '../../domain/left-to-others.ts';
import type { Candidate } from '../../domain/left-to-others.ts';
import type { RunInLine } from '../../domain/next-run.ts';
import { hasLabels } from '../../domain/worker-label.ts';
import type { App } from '../app.ts';
import type { Executor, Tx } from '../db/client.ts';
import * as runQueue from '../db/run-queue.ts';
import * as workers from '../db/workers.ts';
import { livingWorkers } from './living-workers.ts';

/** How long work waits that another worker than the one that was offered it is to do. */
export const LEFT_TO_OTHERS_SECONDS = 5;

/** Whether a form is for another living worker to run: this one cannot run its weights, that one can. */
export async function isForOthers(tx: Tx, format: ExportFormat, workerId: string): Promise<boolean> {
	const able = (await workers.alive(tx)).filter(({ capabilities }) => canMeasure(format, capabilities));
	return !able.some(({ id }) => id === workerId) && able.some(({ draining, capabilities }) => !draining && capabilities.engine.state === 'ready');
}

type Other = Awaited<ReturnType<typeof livingWorkers>>[number] & Candidate;

/** Other living workers that have an engine and take what is new. */
async function others(db: Executor, workerId: string): Promise<Other[]> {
	return (await livingWorkers(db)).flatMap((worker) => {
		const { engine, gpus } = worker.capabilities;
		if (worker.id === workerId || worker.draining || engine.state !== 'ready') return [];
		return [{ ...worker, gpus: gpus.length, unlent: gpus.length - worker.served, versions: engine.versions }];
	});
}

/** Those of these runs that a worker does not leave to another, in their order. */
export async function notLeftToOthers<R extends RunInLine & { labels: readonly string[] }>(db: Executor, line: readonly R[], own: Candidate & { workerId: string }): Promise<R[]> {
	// Asked of nobody: whether somebody better would do, if there were one.
	const better: Candidate = { gpus: Infinity, unlent: Infinity, versions: Object.fromEntries(line.flatMap(({ packages = [] }) => packages.map((name) => [name, '']))) };
	if (!line.some((run) => isLeftToOthers(run, own, [better]))) return [...line];
	const [all, here, saved] = await Promise.all([others(db, own.workerId), workers.onHostOf(db, own.workerId), runQueue.savedOnHostOf(db, line.map(({ id }) => id), own.workerId)]);
	return line.filter((run) => {
		const able = all.filter(({ capabilities: { launchers = ['local'], labels } }) => launchers.includes(run.launcher) && hasLabels(labels, run.labels));
		return !isLeftToOthers({ ...run, savedHere: saved.has(run.id) }, own, able.map((other) => ({ ...other, sameHost: here.has(other.id) })));
	});
}

/**
 * Whether another living worker has GPUs that no server has: on a host without any, measuring and answering are left to
 * it, as runs are.
 */
export async function gpusElsewhere(app: Pick<App, 'db'>, workerId: string): Promise<boolean> {
	return (await others(app.db, workerId)).some(({ unlent }) => unlent > 0);
}
