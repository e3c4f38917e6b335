import { fail, ok, wrongField } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import * as checkpoints from '../db/checkpoints.ts';
import * as deployments from '../db/deployments.ts';
import type { Deployment } from '../db/deployments.ts';
import * as endpoints from '../db/endpoints.ts';
import { allow } from './access.ts';
import { inTransaction } from './transaction.ts';

/** Says that a server of the firm, registered as an endpoint, serves a checkpoint: the gateway then sends requests for it there. */
export async function deployCheckpoint(app: Pick<App, 'db'>, actor: Actor, input: { checkpointId: string; endpointId: string; concurrency: number }): Promise<Result<Deployment>> {
	return inTransaction(app.db, async (tx) => {
		const checkpoint = await checkpoints.get(tx, input.checkpointId);
		if (!checkpoint) return fail('not_found', 'There is no such checkpoint.');
		const { projectId } = checkpoint;
		const access = await allow(tx, actor, { id: projectId }, 'deployment.manage');
		if (!access.ok) return access;
		const endpoint = await endpoints.lock(tx, input.endpointId);
		if (!endpoint || endpoint.projectId !== projectId || endpoint.retiredAt !== null) return wrongField('endpointId', 'an endpoint of this project that is not retired');
		const id = await deployments.insert(tx, { projectId, checkpointId: checkpoint.id, endpointId: endpoint.id, concurrency: input.concurrency, createdBy: actor.userId });
		if (id === null) return wrongField('endpointId', 'an endpoint that is not yet said to serve this checkpoint');
		await record(tx, actor, { action: 'deployment.create', projectId, subject: ['deployment', id], details: { checkpoint: checkpoint.id, endpoint: endpoint.id } });
		const made = await deployments.get(tx, id);
		return made ? ok(made) : fail('internal', 'The deployment is not there.');
	});
}

/** Servers that serve checkpoints of a project. */
export async function listDeployments(app: Pick<App, 'db'>, actor: Actor, slug: string): Promise<Result<Deployment[]>> {
	const access = await allow(app.db, actor, { slug }, 'deployment.read');
	return access.ok ? ok(await deployments.list(app.db, access.value.project.id)) : access;
}
