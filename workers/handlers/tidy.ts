import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { filesBelow } from '#lib/server/artifacts/store.ts';
import { folderMeasured, folderRemoved, foldersOfHost } from '#lib/server/usecases/attempt-folders.ts';
import type { AttemptKey } from '#lib/server/usecases/attempt-folders.ts';
import { carryOutCleanUp } from '#lib/server/usecases/clean-up.ts';
import type { WorkerContext } from './context.ts';

/** Bytes of all files below a folder; 0 where there is none. */
export async function bytesBelow(folder: string): Promise<number> {
	let bytes = 0;
	for (const path of await filesBelow(folder).catch(() => [])) bytes += (await stat(join(folder, path)).catch(() => null))?.size ?? 0;
	return bytes;
}

/**
 * Carries out a clean-up that waits, measures the folders of this host's ended attempts, and removes those that a clean-up
 * named. A folder that was only half removed when its worker died is still named, and goes at the next look.
 */
export async function tidy({ app, hostKey, workDir, shutdown }: Pick<WorkerContext, 'app' | 'hostKey' | 'workDir' | 'shutdown'>): Promise<void> {
	await carryOutCleanUp(app, shutdown);
	const folderOf = ({ runId, attempt }: AttemptKey) => join(workDir, 'runs', runId, String(attempt));
	const { measure, remove } = await foldersOfHost(app, hostKey);
	for (const key of measure) {
		if (shutdown.aborted) return;
		await folderMeasured(app, hostKey, { ...key, bytes: await bytesBelow(folderOf(key)) });
	}
	for (const key of remove) {
		if (shutdown.aborted) return;
		await rm(folderOf(key), { recursive: true, force: true });
		await folderRemoved(app, key);
	}
}
