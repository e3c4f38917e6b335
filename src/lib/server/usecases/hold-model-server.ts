import { isRounded } from '../../domain/checkpoint-export.ts';
import type { QuantPlan } from '../../domain/checkpoint-export.ts';
import { afterFailure, STEADY_SECONDS } from '../../domain/model-server.ts';
import type { ServerWish, ServingEngine } from '../../domain/model-server.ts';
import type { RunProblem } from '../../domain/run-problem.ts';
import type { App } from '../app.ts';
import { record } from '../db/audit.ts';
import * as checkpointExports from '../db/checkpoint-exports.ts';
import * as checkpoints from '../db/checkpoints.ts';
import type { Checkpoint } from '../db/checkpoints.ts';
import type { Tx } from '../db/client.ts';
import * as deployments from '../db/deployments.ts';
import * as modelServers from '../db/model-servers.ts';
import type { LetGo, Lost, ModelServer, ServerLog } from '../db/model-servers.ts';
import { inForm } from './in-form.ts';

/** What a worker needs to run a server, read at the moment it took it. */
export type ServerAtHand = { server: ModelServer; attempt: number; base: Checkpoint; /** What it serves, at least one; in the form of an export with the files of that. */ served: Checkpoint[]; /** How the weights were rounded of what it serves; null: they were not. */ rounded: QuantPlan['format'] | null };

type Held = Pick<ServerAtHand, 'attempt'> & { server: Pick<ModelServer, 'id' | 'projectId'> };

/** Why a server is put back in line by a worker that goes down; no failure of its own. */
export const WORKER_LEFT: RunProblem = { code: 'worker_stopped', message: 'Its worker went down; another one takes it.' };
const WORKER_LOST: RunProblem = { code: 'worker_lost', message: 'The worker that ran it is gone.' };

/** Servers that wait for a worker and whose time has come, in their order, with the GPUs that each wants. */
export async function serversDue(app: Pick<App, 'db'>): Promise<{ id: string; gpus: number }[]> {
	return modelServers.due(app.db);
}

/** Takes a waiting server by compare-and-set; null when it is no longer to be had. */
export async function takeModelServer(app: Pick<App, 'db'>, id: string, of: { workerId: string; devices: readonly number[] }): Promise<ServerAtHand | null> {
	return app.db.transaction(async (tx) => {
		const attempt = await modelServers.take(tx, id, of);
		const server = attempt === null ? null : await modelServers.get(tx, id);
		if (attempt === null || !server) return null;
		const served: Checkpoint[] = [];
		let rounded: ServerAtHand['rounded'] = null;
		for (const { checkpointId, exportId } of await deployments.ofServer(tx, id, { ended: false })) {
			const checkpoint = await checkpoints.get(tx, checkpointId);
			const made = exportId === null ? null : await checkpointExports.get(tx, exportId);
			if (checkpoint) served.push(inForm(checkpoint, made));
			if (made && isRounded(made.plan.format)) rounded = made.plan.format;
		}
		await record(tx, null, { action: 'model_server.attempt', projectId: server.projectId, subject: ['model_server', id], details: { attempt, worker: of.workerId, devices: of.devices } });
		return { server, attempt, served, rounded, base: await checkpoints.baseOf(tx, server.projectId) };
	});
}

/** Renews an attempt's hold; gives what people want of the server, or null: the attempt is fenced off and must end. */
export async function renewModelServer(app: Pick<App, 'db'>, { server, attempt }: Held): Promise<ServerWish | null> {
	return modelServers.renew(app.db, server.id, attempt);
}

/** Says where a server answers, and with which key. False: the attempt is fenced off. */
export async function modelServerReady(app: Pick<App, 'db' | 'secrets'>, { server, attempt }: Held, of: { baseUrl: string; apiKey: string; engine: ServingEngine }): Promise<boolean> {
	const sealedKey = await app.secrets.seal(of.apiKey, `model_server:${server.id}`);
	return app.db.transaction(async (tx) => {
		const held = await modelServers.ready(tx, server.id, attempt, { baseUrl: of.baseUrl, engine: of.engine, sealedKey });
		if (held) await record(tx, null, { action: 'model_server.ready', projectId: server.projectId, subject: ['model_server', server.id], details: { attempt, engine: of.engine } });
		return held;
	});
}

/** Lets the gateway send a server nothing new. False: the attempt is fenced off. */
export async function modelServerStopping(app: Pick<App, 'db'>, { server, attempt }: Held): Promise<boolean> {
	return modelServers.stopping(app.db, server.id, attempt);
}

/** Requests that are under way at a server, over all living gateways and of the playground. */
export async function loadOfModelServer(app: Pick<App, 'db'>, serverId: string): Promise<number> {
	return (await deployments.ofServer(app.db, serverId, { ended: true })).reduce((sum, { load }) => sum + load, 0);
}

/** Keeps the end of what a server says. */
export async function keepServerLog(app: Pick<App, 'db'>, { server, attempt }: Held, log: ServerLog): Promise<void> {
	await modelServers.putLog(app.db, server.id, attempt, log);
}

/** What becomes of a server whose attempt ended with this problem; null: as people wanted. */
function next({ wish, failures, steadySeconds }: { wish: ServerWish; failures: number; steadySeconds: number }, problem: RunProblem | null): LetGo {
	if (wish === 'end') return { status: 'ended' };
	if (problem === null || problem === WORKER_LEFT) return { status: 'waiting', inSeconds: 0, failures: problem === null ? 0 : failures, problem };
	const failed = (steadySeconds >= STEADY_SECONDS ? 0 : failures) + 1;
	const after = afterFailure(failed, problem.code);
	return after.status === 'failed' ? { ...after, failures: failed, problem } : { ...after, failures: failed, problem };
}

async function settle(tx: Tx, id: string, attempt: number, problem: RunProblem | null): Promise<void> {
	const held = await modelServers.lockHeld(tx, id, attempt);
	if (!held) return;
	const to = next(held, problem);
	await modelServers.letGo(tx, id, to);
	await record(tx, null, { action: to.status === 'failed' ? 'model_server.give_up' : 'model_server.let_go', projectId: held.projectId, subject: ['model_server', id], details: { attempt, status: to.status, ...(problem ? { code: problem.code } : {}) } });
}

/**
 * Gives a server back: ended where people wanted that, in line where they wanted a restart or its worker goes down, and
 * after a failure in line for a later try or left for a person. Nothing where the attempt is fenced off.
 * @param problem what ended it; null: it was asked to
 */
export async function letGoOfModelServer(app: Pick<App, 'db'>, { server, attempt }: Held, problem: RunProblem | null): Promise<void> {
	await app.db.transaction((tx) => settle(tx, server.id, attempt, problem));
}

/** Puts servers whose worker is gone in line for a later try. Gives how many. */
export async function requeueLostServers(tx: Tx, lost: readonly Lost[]): Promise<number> {
	for (const { id, attempt } of lost) await settle(tx, id, attempt, WORKER_LOST);
	return lost.length;
}
