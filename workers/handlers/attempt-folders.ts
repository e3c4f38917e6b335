import { readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Removes what earlier attempts left in a piece of work's folder: a worker that was killed left a model's size of files. A later attempt's are somebody's who is at it. */
export async function clearEarlier(folder: string, attempt: number): Promise<void> {
	for (const name of await readdir(folder).catch(() => [])) if (Number(name) < attempt) await rm(join(folder, name), { recursive: true, force: true });
}

/** Removes an attempt's own files, and the work's folder where nobody else has files in it. */
export async function clearOwn(folder: string, attempt: number): Promise<void> {
	await rm(join(folder, String(attempt)), { recursive: true, force: true });
	await rmdir(folder).catch(() => undefined);
}
