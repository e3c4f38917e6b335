import { randomUUID } from 'node:crypto';
import * as baseModels from '#lib/server/db/base-models.ts';
import { addBaseModel } from '#lib/server/usecases/put-base-model.ts';
import type { Ground, WalkRequest } from './api-walk.ts';
import { valueOf } from './world.ts';
import type { World } from './world.ts';

const asked = () => ({ hub: 'hf' as const, repo: `firm/${randomUUID()}`, revision: 'main' });
const newModel = async ({ world: { app, admin } }: { world: World }) => valueOf(await addBaseModel(app, admin, asked())).id;

/** A model that a worker on paper has looked up. */
export async function foundModel(world: World): Promise<string> {
	const id = await newModel({ world });
	for (let at = await baseModels.takeNext(world.app.db, 'asked'); at; at = await baseModels.takeNext(world.app.db, 'asked')) {
		await baseModels.found(world.app.db, at.id, at.attempt, { commit: at.id.replaceAll('-', '').padEnd(40, '0'), bytes: 1000, facts: { licence: 'apache-2.0', template: true, gated: false } });
	}
	return id;
}

/** Requests about models that projects may begin with. */
export const BASE_MODEL_REQUESTS: Record<string, (ground: Ground) => Promise<WalkRequest> | WalkRequest> = {
	listBaseModels: () => ({ path: '/base-models' }),
	addBaseModel: () => ({ path: '/base-models', options: { body: asked() } }),
	fetchBaseModel: async ({ world }) => ({ path: `/base-models/${await foundModel(world)}/fetch` }),
	retireBaseModel: async (ground) => ({ path: `/base-models/${await newModel(ground)}` }),
	putHubToken: () => ({ path: '/hubs/hf/token', options: { body: { token: 'hf_walk' } } })
};
