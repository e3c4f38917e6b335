import { exportName, isRounded, unservable } from '../../domain/checkpoint-export.ts';
import { canShareServer, MOST_TOGETHER } from '../../domain/model-server.ts';
import { fail, ok, wrongField } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import * as checkpointExports from '../db/checkpoint-exports.ts';
import type { CheckpointExport } from '../db/checkpoint-exports.ts';
import * as checkpoints from '../db/checkpoints.ts';
import type { Checkpoint } from '../db/checkpoints.ts';
import type { Executor, Tx } from '../db/client.ts';
import * as deployments from '../db/deployments.ts';
import type { Deployment } from '../db/deployments.ts';
import * as endpoints from '../db/endpoints.ts';
import * as modelServers from '../db/model-servers.ts';
import * as workers from '../db/workers.ts';
import { allow } from './access.ts';
import { inForm } from './in-form.ts';
import { writesAnswers } from './queue-suite-run.ts';
import { inTransaction } from './transaction.ts';

/** Requests at a time, where nobody says how many: what a GPU takes, and what a few processors do. */
const CONCURRENCY = { endpoint: 64, gpu: 64, cpu: 8 };

/** By which server a checkpoint is to be served: with `endpointId` one of the firm's, without one that a worker starts. */
export type DeployInput = {
	checkpointId: string;
	/** The export whose weights are served; left out: the checkpoint as it was trained. */
	exportId?: string | undefined;
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
		const form = await formOf(tx, checkpoint.id, input.exportId);
		if (!form.ok) return form;
		const made = input.endpointId === undefined ? await byWorker(tx, actor, { first: checkpoint, form: form.value }, input) : await byEndpoint(tx, actor, { checkpoint, form: form.value }, { endpointId: input.endpointId, concurrency: input.concurrency });
		if (!made.ok) return made;
		const deployment = await deployments.get(tx, made.value);
		return deployment ? ok(deployment) : fail('internal', 'The deployment is not there.');
	});
}

/** The export of a checkpoint that is to be served, locked against who would drop it; null: none is. */
async function formOf(tx: Tx, checkpointId: string, exportId: string | undefined): Promise<Result<CheckpointExport | null>> {
	if (exportId === undefined) return ok(null);
	const made = await checkpointExports.lock(tx, exportId);
	return made?.checkpointId === checkpointId && made.status === 'succeeded' ? ok(made) : wrongField('exportId', 'an export of this checkpoint that is there');
}

/** What the audit says of which weights are served. */
const which = (checkpointId: string, form: CheckpointExport | null) => ({ checkpoint: checkpointId, ...(form ? { export: form.id, sha256: form.sha256 } : {}) });

async function byEndpoint(tx: Tx, actor: Actor, { checkpoint: { id: checkpointId, projectId }, form }: { checkpoint: Checkpoint; form: CheckpointExport | null }, input: { endpointId: string; concurrency: number | undefined }): Promise<Result<string>> {
	const endpoint = await endpoints.lock(tx, input.endpointId);
	if (!endpoint || endpoint.projectId !== projectId || endpoint.retiredAt !== null) return wrongField('endpointId', 'an endpoint of this project that is not retired');
	const id = await deployments.insert(tx, { projectId, checkpointId, exportId: form?.id ?? null, endpointId: endpoint.id, concurrency: input.concurrency ?? CONCURRENCY.endpoint, createdBy: actor.userId });
	if (id === null) return wrongField('endpointId', 'an endpoint that is not yet said to serve this checkpoint');
	await record(tx, actor, { action: 'deployment.create', projectId, subject: ['deployment', id], details: { ...which(checkpointId, form), endpoint: endpoint.id } });
	return ok(id);
}

/** Makes a server for a worker to start, with a deployment for each of its checkpoints; gives that of the first. */
async function byWorker(tx: Tx, actor: Actor, { first, form }: { first: Checkpoint; form: CheckpointExport | null }, input: DeployInput): Promise<Result<string>> {
	const { projectId } = first;
	const refused = form && unservable(form.plan.format);
	if (refused) return wrongField('exportId', refused);
	const together = await servedTogether(tx, inForm(first, form), input.beside ?? []);
	if (!together.ok) return together;
	const rounded = form !== null && isRounded(form.plan.format);
	if (rounded && input.gpus === 0) return wrongField('gpus', 'at least 1: rounded weights run on a GPU');
	const gpus = input.gpus ?? (rounded || (await workers.alive(tx)).some(({ capabilities }) => capabilities.gpus.length > 0) ? 1 : 0);
	const concurrency = input.concurrency ?? (gpus > 0 ? CONCURRENCY.gpu : CONCURRENCY.cpu);
	const serverId = await modelServers.insert(tx, { projectId, name: input.name?.trim() || nameOf(first, form), gpus, createdBy: actor.userId });
	await record(tx, actor, { action: 'model_server.create', projectId, subject: ['model_server', serverId], details: { gpus } });
	let made = '';
	for (const { id: checkpointId } of together.value) {
		const own = checkpointId === first.id ? form : null;
		const id = await deployments.insertServed(tx, { projectId, checkpointId, exportId: own?.id ?? null, serverId, concurrency, createdBy: actor.userId });
		await record(tx, actor, { action: 'deployment.create', projectId, subject: ['deployment', id], details: { ...which(checkpointId, own), server: serverId } });
		made ||= id;
	}
	return ok(made);
}

/** What a server is called where nobody says it. */
const nameOf = ({ name }: Checkpoint, form: CheckpointExport | null): string => (form ? `${name} · ${exportName(form.plan, { adapter: 'adapter', merged: 'whole' })}` : name).slice(0, 100);

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
