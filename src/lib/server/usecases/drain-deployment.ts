import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import type { Tx } from '../db/client.ts';
import * as deployments from '../db/deployments.ts';
import type { Deployment } from '../db/deployments.ts';
import * as modelServers from '../db/model-servers.ts';
import { allow } from './access.ts';
import { settleEmptyServer } from './end-model-server.ts';
import { inTransaction } from './transaction.ts';

/** Finds a deployment that has not ended and that the actor may change. A server of ours is locked before it, as where that is ended with all it serves. */
async function reach(tx: Tx, actor: Actor, id: string): Promise<Result<Deployment>> {
	const before = await deployments.get(tx, id);
	if (!before) return fail('not_found', 'There is no such deployment.');
	const access = await allow(tx, actor, { id: before.projectId }, 'deployment.manage');
	if (!access.ok) return access;
	if (before.serverId !== null) await modelServers.lock(tx, before.serverId);
	const found = await deployments.lock(tx, id);
	return !found || found.state === 'ended' ? fail('gone', 'This deployment has ended. Deploy the checkpoint again.') : ok(found);
}

/** Lets a server take nothing new (`draining`), or take requests again. What is under way there ends by itself. Twice is once. */
export async function drainDeployment(app: Pick<App, 'db'>, actor: Actor, input: { id: string; draining: boolean }): Promise<Result<Deployment>> {
	return inTransaction(app.db, async (tx) => {
		const found = await reach(tx, actor, input.id);
		if (!found.ok) return found;
		if ((found.value.state === 'draining') === input.draining) return found;
		await deployments.drain(tx, input.id, input.draining);
		await record(tx, actor, { action: input.draining ? 'deployment.drain' : 'deployment.resume', projectId: found.value.projectId, subject: ['deployment', input.id] });
		return ok({ ...found.value, state: input.draining ? 'draining' : 'serving' });
	});
}

/** Ends a deployment: the server is asked no more and its health not looked at. What is under way there ends by itself. A server of ours ends with the last one that it serves. */
export async function endDeployment(app: Pick<App, 'db'>, actor: Actor, id: string): Promise<Result<{ ended: true }>> {
	return inTransaction(app.db, async (tx) => {
		const found = await reach(tx, actor, id);
		if (!found.ok) return found;
		await deployments.end(tx, id);
		await record(tx, actor, { action: 'deployment.end', projectId: found.value.projectId, subject: ['deployment', id] });
		if (found.value.serverId !== null) await settleEmptyServer(tx, actor, found.value.serverId);
		return ok({ ended: true });
	});
}
