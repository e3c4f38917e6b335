import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CheckpointFile } from '#lib/server/db/checkpoints.ts';
import { outOfReach } from '#lib/server/out-of-reach.ts';
import { recordProgress } from '#lib/server/usecases/attempt-run.ts';
import { keepTensorboard } from '#lib/server/usecases/keep-tensorboard.ts';
import { TENSORBOARD_FOLDER } from '../engine/swift/tracker-env.ts';
import type { WorkerContext } from './context.ts';
import type { Lease } from './hold-lease.ts';

/** Tries of a store that is away, and the time between two: a device waits meanwhile, and the run is worth more than its curves' second copy. */
const TRIES = 24;
const AGAIN_MS = 5000;

/**
 * Keeps an attempt's TensorBoard files, however it ended. Where they cannot be stored the run's log says so: its own
 * record has the same figures.
 */
export async function storeTensorboard({ app, shutdown }: Pick<WorkerContext, 'app' | 'shutdown'>, lease: Lease, dir: string): Promise<void> {
	for (let tries = 1; !lease.fenced; tries++) {
		try {
			const files = await stored(app, join(dir, TENSORBOARD_FOLDER));
			if (files.length === 0 || (await keepTensorboard(app, lease.of, files)) !== 'not_stored') return;
		} catch (error) {
			if (shutdown.aborted || !outOfReach(error) || tries >= TRIES) {
				app.log.warn({ err: error, ...lease.of }, 'TensorBoard files not stored');
				const line = `The TensorBoard files of this attempt could not be stored (${error instanceof Error ? error.message : 'unknown'}); they lie in its folder.`;
				await recordProgress(app, lease.of, { metrics: [], log: [line], events: [] }).catch(() => false);
				return;
			}
			await sleep(AGAIN_MS, undefined, { signal: shutdown }).catch(() => undefined);
		}
	}
}

/** None where the engine wrote none. */
async function stored(app: WorkerContext['app'], folder: string): Promise<CheckpointFile[]> {
	try {
		return (await app.artifacts.putTree(folder)).files;
	} catch (error) {
		const { code, path } = error as NodeJS.ErrnoException;
		if (code === 'ENOENT' && path === folder) return [];
		throw error;
	}
}
