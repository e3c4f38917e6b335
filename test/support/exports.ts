import * as v from 'valibot';
import { ExportPlan } from '#lib/domain/checkpoint-export.ts';
import type { WorkerCapabilities } from '#lib/domain/worker-capabilities.ts';
import { beginExport, finishExport } from '#lib/server/usecases/make-export.ts';
import type { ExportAtHand } from '#lib/server/usecases/make-export.ts';
import { startExport } from '#lib/server/usecases/start-export.ts';
import { valueOf } from './world.ts';
import type { World } from './world.ts';

/** What a worker on paper says that it can do. */
export const ON_CPU: WorkerCapabilities = { cpus: 1, memoryBytes: 1, gpus: [], engine: { state: 'ready', versions: {} } };

/** Asks for a form of a checkpoint, with its usual settings. */
export const askedExport = async (world: World, checkpointId: string, plan: v.InferInput<typeof ExportPlan>): Promise<string> => valueOf(await startExport(world.app, world.admin, { checkpointId, plan: v.parse(ExportPlan, plan) })).id;

/** The export as a worker on paper has it in hand. */
export async function takenExport(world: World, exportId: string, workerId: string): Promise<ExportAtHand> {
	const at = await beginExport(world.app, { exportId, workerId, capabilities: ON_CPU });
	if (!at) throw new Error('the export was not to be had');
	return at;
}

async function* once(text: string): AsyncGenerator<string> {
	yield text;
}

/** An export that a worker on paper makes: one stored file with these words. */
export async function madeExport(world: World, of: { checkpointId: string; workerId: string; plan: v.InferInput<typeof ExportPlan>; words?: string }): Promise<string> {
	const exportId = await askedExport(world, of.checkpointId, of.plan);
	const file = { path: 'model.safetensors', ...(await world.app.artifacts.putStream(once(of.words ?? `weights of ${exportId}`))) };
	if ((await finishExport(world.app, await takenExport(world, exportId, of.workerId), { files: [file], sha256: file.sha256, bytes: file.bytes })) !== true) throw new Error('the export was refused');
	return exportId;
}
