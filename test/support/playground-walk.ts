import { randomUUID } from 'node:crypto';
import { championOf } from '#lib/server/db/champions.ts';
import { deployCheckpoint } from '#lib/server/usecases/deploy-checkpoint.ts';
import { modelServerReady, takeModelServer } from '#lib/server/usecases/hold-model-server.ts';
import type { Caller, Ground, WalkRequest } from './api-walk.ts';
import { startModelServer } from './model-server.ts';
import { valueOf } from './world.ts';
import type { World } from './world.ts';

let answers = 0;
/** One for the whole walk: it says something else each time, and ends with the process. */
let scripted: Promise<{ baseUrl: string }> | undefined;

/** The base and a checkpoint, served together by a worker’s server that answers. */
export async function serveBoth(world: World, of: { projectId: string; checkpointId: string; workerId: string }): Promise<{ baseId: string }> {
	scripted ??= startModelServer(() => ({ words: [`Answer ${++answers}.`] }));
	const baseId = (await championOf(world.app.db, of.projectId)).id;
	const { serverId } = valueOf(await deployCheckpoint(world.app, world.admin, { checkpointId: baseId, beside: [of.checkpointId], gpus: 0 }));
	const at = await takeModelServer(world.app, serverId ?? '', { workerId: of.workerId, devices: [] });
	if (!at) throw new Error('the server was not to be had');
	await modelServerReady(world.app, at, { baseUrl: (await scripted).baseUrl, apiKey: 'k', engine: 'ms-swift' });
	return { baseId };
}

/** Two different answers as the playground hands them out, for somebody to prefer one. */
async function turnOf({ world, id, checkpointId }: Ground, { actor }: Caller): Promise<string> {
	const turn = { userId: actor.userId, blind: true, messages: [{ role: 'user', content: `May I, ${randomUUID()}?` }], left: { id: checkpointId, checkpointId, text: 'Yes.' }, right: { id: checkpointId, checkpointId, text: 'No.' } };
	return world.app.secrets.seal(JSON.stringify(turn), `playground:${id}`);
}

/** Requests of the playground, right in all but who sends them. */
export const PLAYGROUND_REQUESTS: Record<string, (ground: Ground, caller: Caller) => Promise<WalkRequest>> = {
	askPlayground: async (ground) => {
		// Servers elsewhere that the walk deployed for the same checkpoint come first in turn: none of them is to be asked by a test.
		await ground.world.query(`update deployments set ended_at = now() where project_id = '${ground.id}' and endpoint_id is not null and ended_at is null returning 1`);
		const { baseId } = await serveBoth(ground.world, { projectId: ground.id, checkpointId: ground.checkpointId, workerId: ground.workerId });
		return { path: `/projects/${ground.slug}/playground`, options: { body: { left: baseId, right: ground.checkpointId, prompt: 'May I?' } } };
	},
	preferInPlayground: async (ground, caller) => ({ path: `/projects/${ground.slug}/playground/preferences`, options: { body: { turn: await turnOf(ground, caller), better: 'left' } } })
};
