import type { App } from '../app.ts';
import * as retention from '../db/retention.ts';

/** Where an attempt's folder lies below a worker's folder of runs. */
export type AttemptKey = { runId: string; attempt: number };

/** What a worker's host is to do with the folders of its attempts: measure those that have ended, remove those that a clean-up names. */
export async function foldersOfHost(app: Pick<App, 'db'>, hostKey: string): Promise<{ measure: AttemptKey[]; remove: AttemptKey[] }> {
	return { measure: await retention.unmeasured(app.db, hostKey), remove: await retention.foldersToGo(app.db, hostKey) };
}

/** Writes the size of an ended attempt's folder. */
export async function folderMeasured(app: Pick<App, 'db'>, hostKey: string, of: AttemptKey & { bytes: number }): Promise<void> {
	await retention.putFolder(app.db, { ...of, hostKey });
}

/** Writes that a folder is removed. */
export async function folderRemoved(app: Pick<App, 'db'>, of: AttemptKey): Promise<void> {
	await retention.folderGone(app.db, of);
}
