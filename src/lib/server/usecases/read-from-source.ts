import { createHash } from 'node:crypto';
import { ok, wrongField } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import { lastStep, pathProblem } from '../../domain/source-path.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import type { Tx } from '../db/client.ts';
import * as importReads from '../db/import-reads.ts';
import type { Read } from '../db/import-reads.ts';
import * as sources from '../db/import-sources.ts';
import type { ImportSource } from '../db/import-sources.ts';
import * as members from '../db/members.ts';
import { SourceTrouble } from '../import-sources/reader.ts';
import type { OpenedFile } from '../import-sources/reader.ts';
import { UnreadableFile } from '../records/record.ts';
import { fileHash, reachSource } from './browse-source.ts';
import { beginImport } from './import-pairs.ts';
import type { Asked } from './import-pairs.ts';
import { foldersOfWorkers } from './look-into-folder.ts';
import { openImportSource } from './open-import-source.ts';
import type { Holds } from './stage-import.ts';
import { endUntaken, readingOf, ReadUnderOthers, streamImport } from './stream-import.ts';
import { inTransaction } from './transaction.ts';

/** Files that may be asked for at a time. */
export const MOST_FILES = 100;

/** A reader that was silent for so long has died over its file: another one begins it anew. */
const SILENT_SECONDS = 120;
/** A file is tried so often; the waits in between double from the first, in seconds: eight minutes in all. */
const MOST_TRIES = 6;
const FIRST_WAIT = 15;

/** Asks for files of a source to be brought in, an import each; a worker reads them as it would read an upload. */
export async function importFromSource(app: Pick<App, 'db' | 'secrets'>, actor: Actor, input: Asked & { slug: string; id: string; paths: readonly string[] }): Promise<Result<{ id: string; path: string }[]>> {
	const { said, skipBad, dryRun } = input;
	return inTransaction(app.db, async (tx) => {
		const found = await reachSource(tx, actor, input);
		if (!found.ok) return found;
		const { source, access } = found.value;
		const unseen = await whyUnseen(tx, source);
		const begun: { id: string; path: string }[] = [];
		for (const [index, path] of input.paths.entries()) {
			const problem = pathProblem(path);
			if (problem !== null) return wrongField(`paths[${index}]`, problem);
			const origin = { sourceId: source.id, source: source.name, file: fileHash(source.id, path), version: null, modifiedAt: null, sha256: null };
			const made = await beginImport(app, tx, actor, { said, skipBad, dryRun, project: access.project, fileName: lastStep(path), totalBytes: null, origin });
			if (!made.ok) return made;
			await importReads.insert(tx, { importId: made.value.id, sourceId: source.id, path, asked: { ...said, skipBad, dryRun }, message: unseen });
			begun.push({ id: made.value.id, path });
		}
		return ok(begun);
	});
}

/** Why a file of this source is not read at the moment, where no living worker sees its folder; null: one may. */
async function whyUnseen(tx: Tx, source: ImportSource): Promise<string | null> {
	if (source.kind !== 'folder') return null;
	const { roots, perhapsMore } = await foldersOfWorkers(tx);
	return perhapsMore || roots.includes(source.root ?? '') ? null : `No living worker sees the folder “${source.root ?? ''}”. The file is read once one does.`;
}

type ReadingApp = Pick<App, 'db' | 'config' | 'secrets' | 'log'>;

/** An attempt at reading a file, and what came in its way. */
type Attempt = { read: Read; actor: Actor; holds: Holds; signal: AbortSignal; trouble: unknown };

/**
 * Takes the next file that waits to be read, and brings it in. False: none waits
 * that this worker sees. A file whose reader died is begun anew: of what that one
 * had staged nothing is left, and nothing was published.
 */
export async function readNextFromSource(app: ReadingApp, workerId: string, signal: AbortSignal): Promise<boolean> {
	const read = await app.db.transaction((tx) => importReads.take(tx, { workerId, roots: [...app.config.importRoots.keys()], silentSeconds: SILENT_SECONDS }));
	if (!read) return false;
	const actor: Actor = { userId: read.createdBy, isAdmin: false, via: 'system', scopes: null };
	const attempt: Attempt = { read, actor, signal, trouble: null, holds: (tx) => importReads.isHeld(tx, read.importId, read.attempt) };
	try {
		if (read.attempt > MOST_TRIES) await give(app, attempt, 'failed', 'The file could not be read: each of several workers ended over it.');
		else await bringIn(app, attempt);
	} catch (error) {
		app.log.error({ err: error, importId: read.importId }, 'a file of a source could not be read');
		await again(app, attempt, 'Reading it failed; the worker’s log says why.');
	}
	await importReads.removeEnded(app.db);
	return true;
}

/** Ends an import of which nothing can be read. */
async function give(app: ReadingApp, { read, actor, holds }: Attempt, status: 'refused' | 'failed', message: string): Promise<void> {
	await endUntaken(app.db, actor, { id: read.importId, projectId: read.projectId, holds }, status, message);
}

/** Lets a file wait to be tried again, or ends its import when it was tried often enough. */
async function again(app: ReadingApp, attempt: Attempt, message: string): Promise<void> {
	const { read, holds, signal } = attempt;
	if (!signal.aborted && read.attempt >= MOST_TRIES) return give(app, attempt, 'failed', `${message} It was tried ${MOST_TRIES} times; nothing was taken.`);
	await app.db.transaction(async (tx) => {
		if (!(await holds(tx))) return;
		// This worker goes down: the next one begins at once.
		if (signal.aborted) await importReads.giveBack(tx, read.importId, { seconds: 0, message: null });
		else await importReads.giveBack(tx, read.importId, { seconds: FIRST_WAIT * 2 ** (read.attempt - 1), message: `${message} It is tried again.` });
	});
}

async function bringIn(app: ReadingApp, attempt: Attempt): Promise<void> {
	const { read, actor, holds } = attempt;
	const source = await sources.get(app.db, read.sourceId);
	if (!source || source.retiredAt !== null) return give(app, attempt, 'refused', 'The source was retired before the file was read. Nothing was taken.');
	const { skipBad, dryRun, ...said } = read.asked as Asked['said'] & Pick<Asked, 'skipBad' | 'dryRun'>;
	const reading = await readingOf(app, app.db, await members.projectById(app.db, read.projectId), { dryRun });
	if (!reading.ok) return again(app, attempt, reading.problem.detail);
	let close = () => undefined as void;
	try {
		const opened = await openImportSource(app, source);
		if (!opened.ok) return await again(app, attempt, opened.problem.detail);
		close = opened.value.close;
		const file = await opened.value.open(read.path, attempt.signal);
		const { version, modifiedAt, bytes: totalBytes } = file;
		const held = await app.db.transaction(async (tx) => {
			if (!(await holds(tx))) return false;
			await importReads.opened(tx, read.importId, { totalBytes, origin: { ...read.origin, version, modifiedAt } });
			return true;
		});
		if (!held) return await file.close();
		const { done } = streamImport(app, actor, { id: read.importId, projectId: read.projectId, said, skipBad, dryRun, ...reading.value, holds, source: watched(app, attempt, file), brokenOff: (error) => seenTo(app, attempt, error) });
		await done;
	} catch (error) {
		if (!(error instanceof SourceTrouble)) throw error;
		await (error.again ? again(app, attempt, error.message) : give(app, attempt, 'refused', error.message));
	} finally {
		close();
	}
}

/** The file's bytes, until this worker goes down. Their hash is kept once they are all there. */
async function* watched(app: ReadingApp, attempt: Attempt, file: OpenedFile): AsyncGenerator<Uint8Array> {
	const hash = createHash('sha256');
	try {
		for await (const chunk of file.read()) {
			attempt.signal.throwIfAborted();
			hash.update(chunk);
			yield chunk;
		}
	} catch (error) {
		attempt.trouble = error;
		throw error;
	}
	await app.db.transaction(async (tx) => {
		if (await attempt.holds(tx)) await importReads.hashed(tx, attempt.read.importId, hash.digest('hex'));
	});
}

/** A file that broke off, or was read under settings that changed meanwhile, waits to be read again, unless it was tried often enough or never will be whole. What its content is refused for is not seen to here. */
async function seenTo(app: ReadingApp, attempt: Attempt, error: unknown): Promise<boolean> {
	const { trouble } = attempt;
	if (trouble instanceof SourceTrouble && !trouble.again) await give(app, attempt, 'refused', trouble.message);
	else if (trouble !== null || !(error instanceof UnreadableFile)) await again(app, attempt, trouble instanceof SourceTrouble ? trouble.message : error instanceof ReadUnderOthers ? error.message : 'Reading it broke off.');
	else return false;
	return true;
}
