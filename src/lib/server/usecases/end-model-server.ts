import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import type { Tx } from '../db/client.ts';
import * as deployments from '../db/deployments.ts';
import * as modelServers from '../db/model-servers.ts';
import type { ModelServer } from '../db/model-servers.ts';
import { allow } from './access.ts';
import { inTransaction } from './transaction.ts';

/** Finds a server that has not ended and that the actor may change, locked. */
async function reach(tx: Tx, actor: Actor, id: string): Promise<Result<ModelServer>> {
	const found = await modelServers.lock(tx, id);
	if (!found) return fail('not_found', 'There is no such server.');
	const access = await allow(tx, actor, { id: found.projectId }, 'deployment.manage');
	if (!access.ok) return access;
	return found.status === 'ended' || found.wish === 'end' ? fail('gone', 'This server has ended. Deploy its checkpoints again.') : ok(found);
}

/** Ends a locked server that serves nothing any more: at once where nobody holds it, else its worker lets go of what is under way first. */
export async function settleEmptyServer(tx: Tx, actor: Actor | null, id: string): Promise<void> {
	const server = await modelServers.get(tx, id);
	if (!server || server.status === 'ended' || (await deployments.ofServer(tx, id, { ended: false })).length > 0) return;
	if (server.status === 'waiting' || server.status === 'failed') await modelServers.letGo(tx, id, { status: 'ended' });
	else await modelServers.want(tx, id, 'end');
	await record(tx, actor, { action: 'model_server.end', projectId: server.projectId, subject: ['model_server', id] });
}

/** Ends a server with all that it serves, for good. What is under way there ends by itself. */
export async function endModelServer(app: Pick<App, 'db'>, actor: Actor, id: string): Promise<Result<{ ended: true }>> {
	return inTransaction(app.db, async (tx) => {
		const found = await reach(tx, actor, id);
		if (!found.ok) return found;
		const { projectId } = found.value;
		for (const deployment of await deployments.ofServer(tx, id, { ended: false })) {
			await deployments.end(tx, deployment.id);
			await record(tx, actor, { action: 'deployment.end', projectId, subject: ['deployment', deployment.id] });
		}
		await settleEmptyServer(tx, actor, id);
		return ok({ ended: true });
	});
}

/**
 * Has a server start anew: one that waits for its next try, or was given up, at once; one that answers first lets go of
 * what is under way. Another worker may take it, so that a host that drains gets rid of it.
 */
export async function restartModelServer(app: Pick<App, 'db'>, actor: Actor, id: string): Promise<Result<{ restarting: true }>> {
	return inTransaction(app.db, async (tx) => {
		const found = await reach(tx, actor, id);
		if (!found.ok) return found;
		const { status, projectId } = found.value;
		if (status === 'waiting' || status === 'failed') await modelServers.tryNow(tx, id);
		else await modelServers.want(tx, id, 'restart');
		await record(tx, actor, { action: 'model_server.restart', projectId, subject: ['model_server', id], details: { status } });
		return ok({ restarting: true });
	});
}
