import { canShareServer, MOST_TOGETHER } from '../../domain/model-server.ts';
import { fail, ok, wrongField } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import * as checkpoints from '../db/checkpoints.ts';
import type { Checkpoint } from '../db/checkpoints.ts';
import type { Executor, Tx } from '../db/client.ts';
import * as deployments from '../db/deployments.ts';
import type { Deployment } from '../db/deployments.ts';
import * as endpoints from '../db/endpoints.ts';
import * as modelServers from '../db/model-servers.ts';
import * as workers from '../db/workers.ts';
import { allow } from './access.ts';
import { writesAnswers } from './queue-suite-run.ts';
import { inTransaction } from './transaction.ts';

/** Requests at a time, where nobody says how many: what a GPU takes, and what a few processors do. */
const CONCURRENCY = { endpoint: 64, gpu: 64, cpu: 8 };

/** By which server a checkpoint is to be served: with `endpointId` one of the firm's, without one that a worker starts. */
export type DeployInput = {
	checkpointId: string;
	endpointId?: string | undefined;
	/** Checkpoints that the same server serves too. */
	beside?: readonly string[] | undefined;
	/** GPUs for itself; left out: one where some worker has any. */
	gpus?: number | undefined;
	/** Of the server; left out: the checkpoint's. */
	name?: string | undefined;
	concurrency?: number | undefined;
};

/**
 * Has a server serve a checkpoint: the gateway then sends requests for it there. A server of the firm must have it loaded
 * already; one of ours is started by a worker that has room.
 */
export async function deployCheckpoint(app: Pick<App, 'db'>, actor: Actor, input: DeployInput): Promise<Result<Deployment>> {
	return inTransaction(app.db, async (tx) => {
		const checkpoint = await checkpoints.get(tx, input.checkpointId);
		if (!checkpoint) return fail('not_found', 'There is no such checkpoint.');
		const access = await allow(tx, actor, { id: checkpoint.projectId }, 'deployment.manage');
		if (!access.ok) return access;
		const made = input.endpointId === undefined ? await byWorker(tx, actor, checkpoint, input) : await byEndpoint(tx, actor, checkpoint, { endpointId: input.endpointId, concurrency: input.concurrency });
		if (!made.ok) return made;
		const deployment = await deployments.get(tx, made.value);
		return deployment ? ok(deployment) : fail('internal', 'The deployment is not there.');
	});
}

async function byEndpoint(tx: Tx, actor: Actor, { id: checkpointId, projectId }: Checkpoint, input: { endpointId: string; concurrency: number | undefined }): Promise<Result<string>> {
	const endpoint = await endpoints.lock(tx, input.endpointId);
	if (!endpoint || endpoint.projectId !== projectId || endpoint.retiredAt !== null) return wrongField('endpointId', 'an endpoint of this project that is not retired');
	const id = await deployments.insert(tx, { projectId, checkpointId, endpointId: endpoint.id, concurrency: input.concurrency ?? CONCURRENCY.endpoint, createdBy: actor.userId });
	if (id === null) return wrongField('endpointId', 'an endpoint that is not yet said to serve this checkpoint');
	await record(tx, actor, { action: 'deployment.create', projectId, subject: ['deployment', id], details: { checkpoint: checkpointId, endpoint: endpoint.id } });
	return ok(id);
}

/** Makes a server for a worker to start, with a deployment for each of its checkpoints; gives that of the first. */
async function byWorker(tx: Tx, actor: Actor, first: Checkpoint, input: DeployInput): Promise<Result<string>> {
	const { projectId } = first;
	const together = await servedTogether(tx, first, input.beside ?? []);
	if (!together.ok) return together;
	const gpus = input.gpus ?? ((await workers.alive(tx)).some(({ capabilities }) => capabilities.gpus.length > 0) ? 1 : 0);
	const concurrency = input.concurrency ?? (gpus > 0 ? CONCURRENCY.gpu : CONCURRENCY.cpu);
	const serverId = await modelServers.insert(tx, { projectId, name: input.name?.trim() || first.name, gpus, createdBy: actor.userId });
	await record(tx, actor, { action: 'model_server.create', projectId, subject: ['model_server', serverId], details: { gpus } });
	let made = '';
	for (const { id: checkpointId } of together.value) {
		const id = await deployments.insertServed(tx, { projectId, checkpointId, serverId, concurrency, createdBy: actor.userId });
		await record(tx, actor, { action: 'deployment.create', projectId, subject: ['deployment', id], details: { checkpoint: checkpointId, server: serverId } });
		made ||= id;
	}
	return ok(made);
}

/** A checkpoint and those beside it, if one server can serve them all. */
async function servedTogether(db: Executor, first: Checkpoint, beside: readonly string[]): Promise<Result<Checkpoint[]>> {
	const all = [first];
	for (const [index, id] of beside.entries()) {
		const field = `beside[${index}]`;
		const checkpoint = await checkpoints.get(db, id);
		if (!checkpoint || checkpoint.projectId !== first.projectId) return wrongField(field, 'a checkpoint of the same project');
		if (all.some((one) => one.id === id)) return wrongField(field, 'each checkpoint once');
		all.push(checkpoint);
	}
	for (const [index, one] of all.entries()) {
		if (!(await writesAnswers(db, one))) return wrongField(index === 0 ? 'checkpointId' : `beside[${index - 1}]`, 'a checkpoint that writes answers: a reward model gives scores');
	}
	if (!canShareServer(all.map(({ kind }) => kind))) return wrongField('beside', `at most ${MOST_TOGETHER} checkpoints that are adapters on the base model, or that model itself: a whole model has a server of its own`);
	return ok(all);
}

/** Servers that serve checkpoints of a project. */
export async function listDeployments(app: Pick<App, 'db'>, actor: Actor, slug: string): Promise<Result<Deployment[]>> {
	const access = await allow(app.db, actor, { slug }, 'deployment.read');
	return access.ok ? ok(await deployments.list(app.db, access.value.project.id)) : access;
}
