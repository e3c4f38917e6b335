import { cancelExport } from '#lib/server/usecases/cancel-export.ts';
import type { Ground, WalkRequest } from './api-walk.ts';
import { askedExport, madeExport } from './exports.ts';
import { trainedCheckpoint } from './loop.ts';
import { valueOf } from './world.ts';

/** A new checkpoint of which an export waits. */
async function asked({ world, slug, workerId }: Ground): Promise<{ checkpointId: string; exportId: string }> {
	const { checkpointId } = await trainedCheckpoint(world, slug, workerId);
	return { checkpointId, exportId: await askedExport(world, checkpointId, { format: 'merged' }) };
}

/** Requests about exports of checkpoints. */
export const exportRequests: Record<string, (ground: Ground) => Promise<WalkRequest> | WalkRequest> = {
	startExport: async ({ world, slug, workerId }) => ({ path: `/checkpoints/${(await trainedCheckpoint(world, slug, workerId)).checkpointId}/exports`, options: { body: { format: 'gptq', bits: 8 } } }),
	listExports: async (ground) => ({ path: `/checkpoints/${(await asked(ground)).checkpointId}/exports` }),
	takeExport: async ({ world, slug, workerId }) => {
		const { checkpointId } = await trainedCheckpoint(world, slug, workerId);
		return { path: `/checkpoints/${checkpointId}/exports/${await madeExport(world, { checkpointId, workerId, plan: { format: 'merged' } })}/files` };
	},
	cancelExport: async (ground) => {
		const { checkpointId, exportId } = await asked(ground);
		return { path: `/checkpoints/${checkpointId}/exports/${exportId}/cancel` };
	},
	dropExport: async ({ world, slug, workerId }) => {
		const { checkpointId } = await trainedCheckpoint(world, slug, workerId);
		return { path: `/checkpoints/${checkpointId}/exports/${await madeExport(world, { checkpointId, workerId, plan: { format: 'adapter' } })}` };
	},
	exportAgain: async (ground) => {
		const of = await asked(ground);
		valueOf(await cancelExport(ground.world.app, ground.world.admin, of));
		return { path: `/checkpoints/${of.checkpointId}/exports/${of.exportId}/again` };
	}
};
