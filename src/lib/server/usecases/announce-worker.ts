import { RUN_INTERVALS } from '../../domain/intervals.ts';
import { hasAttempt } from '../../domain/run-state.ts';
import type { WorkerCapabilities } from '../../domain/worker-capabilities.ts';
import type { App } from '../app.ts';
import * as checkpointExports from '../db/checkpoint-exports.ts';
import * as evaluations from '../db/evaluations.ts';
import * as lostWork from '../db/lost-work.ts';
import * as generations from '../db/generations.ts';
import * as importReads from '../db/import-reads.ts';
import * as modelServers from '../db/model-servers.ts';
import * as runs from '../db/runs.ts';
import * as workers from '../db/workers.ts';
import { enqueueLost } from './enqueue-lost.ts';
import { requeueLostServers } from './hold-model-server.ts';
import { requeueLocked } from './requeue-run.ts';
import { WORKER_LOST } from './sweep.ts';

/** A process that may still be a worker of this host. */
export type HostWorker = { id: string; pid: number };

/** Workers of a host that never said that they ended; the caller knows which of their processes live. */
export async function workersOfHost(app: Pick<App, 'db'>, hostKey: string): Promise<HostWorker[]> {
	return workers.unstoppedOfHost(app.db, hostKey);
}

/** Announces a worker; gives its id. */
export async function announceWorker(app: Pick<App, 'db'>, of: { hostname: string; pid: number; hostKey: string; capabilities: WorkerCapabilities }): Promise<string> {
	return workers.insert(app.db, of);
}

/** Says that a worker lives and what it can do now; gives whether it shall take nothing new. */
export async function workerAlive(app: Pick<App, 'db'>, id: string, capabilities: WorkerCapabilities): Promise<boolean> {
	return workers.heartbeat(app.db, id, capabilities);
}

/** A living worker that has GPUs of those asked about, and when it was last heard. */
export type GpuHolder = { id: string; hostname: string; heartbeatAt: string; uuids: string[] };

/** Who announced any of these GPUs before this worker did. Asked after it was announced, so that of two that start at once one was first. */
export async function gpuHolders(app: Pick<App, 'db'>, of: { workerId: string; uuids: readonly string[] }): Promise<GpuHolder[]> {
	return (await workers.alive(app.db, of.workerId)).flatMap(({ id, hostname, heartbeatAt, capabilities }) => {
		const uuids = capabilities.gpus.flatMap(({ uuid }) => (uuid !== undefined && of.uuids.includes(uuid) ? [uuid] : []));
		return uuids.length > 0 ? [{ id, hostname, heartbeatAt, uuids }] : [];
	});
}

/** Whether an attempt still holds its run. */
export async function attemptHoldsRun(app: Pick<App, 'db'>, runId: string, attempt: number): Promise<boolean> {
	return runs.ownsRun(app.db, runId, attempt);
}

/** Whether an attempt still makes a generation's answers. */
export async function attemptHoldsGeneration(app: Pick<App, 'db'>, generationId: string, attempt: number): Promise<boolean> {
	return generations.isHeld(app.db, generationId, attempt, RUN_INTERVALS.leaseSeconds);
}

/** Whether an attempt still scores for an evaluation. */
export async function attemptHoldsEvaluation(app: Pick<App, 'db'>, evaluationId: string, attempt: number): Promise<boolean> {
	return evaluations.isHeld(app.db, evaluationId, attempt, RUN_INTERVALS.leaseSeconds);
}

/** Whether an attempt still makes an export. */
export async function attemptHoldsExport(app: Pick<App, 'db'>, exportId: string, attempt: number): Promise<boolean> {
	return checkpointExports.isHeld(app.db, exportId, attempt, RUN_INTERVALS.leaseSeconds);
}

/** Whether an attempt still runs a model server. */
export async function attemptHoldsServer(app: Pick<App, 'db'>, serverId: string, attempt: number): Promise<boolean> {
	return modelServers.isHeld(app.db, serverId, attempt, RUN_INTERVALS.leaseSeconds);
}

/** Attempts (`id.number`) at runs, evaluations, generations, exports and model servers that these workers held. */
export async function attemptsOfWorkers(app: Pick<App, 'db'>, workerIds: readonly string[]): Promise<string[]> {
	if (workerIds.length === 0) return [];
	const [held, serving] = await app.db.transaction(async (tx) => [await runs.attemptsOf(tx, workerIds), await modelServers.heldBy(tx, workerIds)]);
	const others = [...(await lostWork.attemptsOf(app.db, workerIds)), ...serving];
	return [...held.map(({ runId, attempt }) => `${runId}.${attempt}`), ...others.map(({ id, attempt }) => `${id}.${attempt}`)];
}

/** A worker says goodbye. */
export async function retireWorker(app: Pick<App, 'db'>, id: string): Promise<void> {
	await workers.stop(app.db, id);
}

/**
 * Takes over at once what workers held whose processes are known to be dead: nobody renews their leases. Not runs in an
 * outside scheduler, whose engines live on until they miss the renewals: those lapse by their lease. Gives the number of runs.
 */
export async function takeOver(app: Pick<App, 'db' | 'enqueue'>, deadWorkerIds: readonly string[]): Promise<number> {
	if (deadWorkerIds.length === 0) return 0;
	return app.db.transaction(async (tx) => {
		let taken = 0;
		for (const { runId, attempt } of await runs.attemptsOf(tx, deadWorkerIds)) {
			const run = await runs.lock(tx, runId);
			if (!run || run.attempt !== attempt || run.launcher !== 'local' || !hasAttempt(run.status)) continue;
			await requeueLocked(app, tx, run, { problem: WORKER_LOST, exitCode: null });
			taken += 1;
		}
		await enqueueLost(app, tx, 'evaluation', await lostWork.requeueOf(tx, 'evaluations', deadWorkerIds));
		await enqueueLost(app, tx, 'generation', await lostWork.requeueOf(tx, 'generations', deadWorkerIds));
		await enqueueLost(app, tx, 'export', await lostWork.requeueOf(tx, 'checkpoint_exports', deadWorkerIds));
		await requeueLostServers(tx, await modelServers.heldBy(tx, deadWorkerIds));
		await importReads.release(tx, deadWorkerIds);
		for (const id of deadWorkerIds) await workers.stop(tx, id);
		return taken;
	});
}
