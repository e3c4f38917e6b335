import { readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { attemptHoldsEvaluation, attemptHoldsExport, attemptHoldsGeneration, attemptHoldsServer } from '#lib/server/usecases/announce-worker.ts';
import type { WorkerContext } from './context.ts';

/** Removes what earlier attempts left in a piece of work's folder: a worker that was killed left a model's size of files. A later attempt's are somebody's who is at it. */
export async function clearEarlier(folder: string, attempt: number): Promise<void> {
	for (const name of await readdir(folder).catch(() => [])) if (Number(name) < attempt) await rm(join(folder, name), { recursive: true, force: true });
}

/** Removes an attempt's own files, and the work's folder where nobody else has files in it. */
export async function clearOwn(folder: string, attempt: number): Promise<void> {
	await rm(join(folder, String(attempt)), { recursive: true, force: true });
	await rmdir(folder).catch(() => undefined);
}

/** Below a folder of works removes the attempts that nobody holds. */
export async function clearLeft(works: string, holds: (id: string, attempt: number) => Promise<boolean>): Promise<void> {
	for (const id of await readdir(works).catch(() => []))
		for (const name of await readdir(join(works, id)).catch(() => [])) {
			const attempt = Number(name);
			if (Number.isInteger(attempt) && !(await holds(id, attempt))) await clearOwn(join(works, id), attempt);
		}
}

/** What killed workers left on this host of evaluations, generations, exports and model servers, which no later attempt may ever meet here: for a worker's start, once it has taken over what they held. */
export async function clearLeftOnHost({ app, workDir }: Pick<WorkerContext, 'app' | 'workDir'>): Promise<void> {
	await clearLeft(join(workDir, 'evaluations'), (id, attempt) => attemptHoldsEvaluation(app, id, attempt));
	await clearLeft(join(workDir, 'generations'), (id, attempt) => attemptHoldsGeneration(app, id, attempt));
	await clearLeft(join(workDir, 'exports'), (id, attempt) => attemptHoldsExport(app, id, attempt));
	await clearLeft(join(workDir, 'servers'), (id, attempt) => attemptHoldsServer(app, id, attempt));
}
