import { setTimeout as sleep } from 'node:timers/promises';
import type { App } from '../app.ts';
import type { Executor } from '../db/client.ts';
import type { SourceAnswer } from '../db/schema/import-source.ts';
import * as sourceLooks from '../db/source-looks.ts';
import * as workers from '../db/workers.ts';
import { folderReader } from '../import-sources/folder.ts';
import { SourceTrouble } from '../import-sources/reader.ts';
import type { Listing } from '../import-sources/reader.ts';

/** A folder by its name in PLUMBLINE_IMPORT_ROOTS, and what of it is offered. */
type Place = { root: string; prefix: string };
type Page = { path: string; after: string | null; limit: number };

/** A worker is waited for so long; a folder of a hundred thousand names is listed within it. */
export const LOOK_SECONDS = 15;
const LOOK_AGAIN_MS = 100;

/** Folders that living workers see, by their names, and whether one of them says nothing of it: a worker of an earlier version may see any. */
export async function foldersOfWorkers(db: Executor): Promise<{ roots: string[]; perhapsMore: boolean }> {
	const living = (await workers.alive(db)).map(({ capabilities }) => capabilities.importRoots);
	return { roots: [...new Set(living.flatMap((roots) => roots ?? []))].sort(), perhapsMore: living.includes(undefined) };
}

/**
 * A page of a folder: from this process where it sees the folder, else from a
 * worker that does, on whatever host.
 * @throws SourceTrouble in a sentence for the user, where neither gives it
 */
export async function lookIntoFolder(app: Pick<App, 'db' | 'config'>, place: Place, page: Page): Promise<Listing> {
	const own = app.config.importRoots.get(place.root);
	if (own !== undefined) return folderReader(own, place.prefix).list(page.path, page);
	if (!(await foldersOfWorkers(app.db)).roots.includes(place.root)) throw new SourceTrouble(`No living worker sees the folder “${place.root}”. Name it in PLUMBLINE_IMPORT_ROOTS of a worker that shall read it.`, { again: true });
	const id = await sourceLooks.ask(app.db, { ...place, path: page.path, after: page.after, most: page.limit });
	for (const until = performance.now() + LOOK_SECONDS * 1000; performance.now() < until; await sleep(LOOK_AGAIN_MS)) {
		const answer = await sourceLooks.handOver(app.db, id);
		if (answer === null) continue;
		if ('trouble' in answer) throw new SourceTrouble(answer.trouble, { again: answer.again });
		return answer.listing;
	}
	await sourceLooks.remove(app.db, id);
	throw new SourceTrouble(`The worker that sees the folder “${place.root}” does not answer at the moment.`, { again: true });
}

async function answerTo(app: Pick<App, 'config' | 'log'>, { root, prefix, path, after, most }: sourceLooks.Look): Promise<SourceAnswer> {
	try {
		return { listing: await folderReader(app.config.importRoots.get(root) ?? '', prefix).list(path, { after, limit: most }) };
	} catch (error) {
		if (error instanceof SourceTrouble) return { trouble: error.message, again: error.again };
		app.log.error({ err: error, root }, 'a folder could not be looked into');
		return { trouble: 'Looking into it failed; the worker’s log says why.', again: true };
	}
}

/** Answers the next web process that asks what lies in a folder that this worker sees. False: none asks. */
export async function answerNextLook(app: Pick<App, 'db' | 'config' | 'log'>): Promise<boolean> {
	const look = await sourceLooks.take(app.db, { roots: [...app.config.importRoots.keys()], waitSeconds: LOOK_SECONDS });
	if (!look) return false;
	await sourceLooks.answer(app.db, look.id, await answerTo(app, look));
	return true;
}
