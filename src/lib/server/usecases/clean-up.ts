import { fileToRemove, foldersToRemove } from '../../domain/retention.ts';
import type { CleanUpProblem, FileReason, FolderReason, RetentionRule } from '../../domain/retention.ts';
import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import { refusal } from '../artifacts/bucket.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import type { Db } from '../db/client.ts';
import * as retention from '../db/retention.ts';
import type { CleanUp } from '../db/retention.ts';
import { outOfReach } from '../out-of-reach.ts';
import { allowSite } from './access.ts';
import { inTransaction } from './transaction.ts';

type Sum = { n: number; bytes: number };
/** A folder of an attempt and its fate; `because` is null where it goes. */
export type FolderFate = { runId: string; attempt: number; project: { slug: string; name: string }; hostname: string; bytes: number; finishedAt: string | null; because: FolderReason | null };

/** What a rule would remove and what it keeps, with the reasons. */
export type CleanUpPlan = {
	rule: RetentionRule;
	folders: { goes: Sum; stays: Partial<Record<FolderReason, Sum>>; /** Largest first. */ list: FolderFate[] };
	files: { goes: Sum; stays: Partial<Record<FileReason, Sum>>; /** Largest first. */ list: { sha256: string; bytes: number; modifiedAt: string }[] };
	earlier: CleanUp[];
};

/** Folders and files that a plan lists; the sums are over all. */
const LISTED = 200;
/** Files of the store that are looked at together. */
const BATCH = 200;
/** Between two tries to have the store alone. */
const WAIT_MS = 50;

const add = (sum: Sum | undefined, bytes: number): Sum => ({ n: (sum?.n ?? 0) + 1, bytes: (sum?.bytes ?? 0) + bytes });

type File = { sha256: string; bytes: number; modifiedAt: number };

/** All files of the store with their fate, a batch at a time. */
async function* fates(app: Pick<App, 'db' | 'artifacts'>, rule: RetentionRule, now: number): AsyncGenerator<(File & { because: FileReason | null })[]> {
	const judged = async (batch: File[]) => {
		const cited = await retention.cited(app.db, batch.map(({ sha256 }) => sha256));
		return batch.map((file) => ({ ...file, because: fileToRemove({ ...file, cited: cited.has(file.sha256) }, rule, now) }));
	};
	let batch: File[] = [];
	for await (const file of app.artifacts.list()) {
		batch.push(file);
		if (batch.length < BATCH) continue;
		yield await judged(batch);
		batch = [];
	}
	if (batch.length > 0) yield await judged(batch);
}

/** What a clean-up by this rule would remove, and why the rest stays; for administrators. Removes nothing. */
export async function planCleanUp(app: Pick<App, 'db' | 'artifacts'>, actor: Actor, rule: RetentionRule): Promise<Result<CleanUpPlan>> {
	const allowed = allowSite(actor, 'fleet.manage');
	if (!allowed.ok) return allowed;
	const known = await retention.folders(app.db);
	const now = await retention.now(app.db);
	const verdicts = foldersToRemove(known, rule, now);
	const folders: CleanUpPlan['folders'] = { goes: { n: 0, bytes: 0 }, stays: {}, list: [] };
	for (const [index, { runId, attempt, project, hostname, bytes, finishedAt }] of known.entries()) {
		const because = verdicts[index] ?? null;
		if (because === null) folders.goes = add(folders.goes, bytes);
		else folders.stays[because] = add(folders.stays[because], bytes);
		folders.list.push({ runId, attempt, project, hostname, bytes, finishedAt: finishedAt === null ? null : new Date(finishedAt).toISOString(), because });
	}
	folders.list = folders.list.sort((x, y) => Number(x.because !== null) - Number(y.because !== null)).slice(0, LISTED);
	const files: CleanUpPlan['files'] = { goes: { n: 0, bytes: 0 }, stays: {}, list: [] };
	for await (const batch of fates(app, rule, now)) {
		for (const { sha256, bytes, modifiedAt, because } of batch) {
			if (because !== null) files.stays[because] = add(files.stays[because], bytes);
			else {
				files.goes = add(files.goes, bytes);
				files.list.push({ sha256, bytes, modifiedAt: new Date(modifiedAt).toISOString() });
			}
		}
		files.list = files.list.sort((x, y) => y.bytes - x.bytes || (x.sha256 < y.sha256 ? -1 : 1)).slice(0, LISTED);
	}
	return ok({ rule, folders, files, earlier: await retention.list(app.db) });
}

/** The last clean-ups, newest first; for administrators. */
export async function earlierCleanUps(app: Pick<App, 'db'>, actor: Actor): Promise<Result<CleanUp[]>> {
	const allowed = allowSite(actor, 'fleet.manage');
	return allowed.ok ? ok(await retention.list(app.db)) : allowed;
}

/** Asks for a clean-up; a worker carries it out. */
export async function startCleanUp(app: Pick<App, 'db'>, actor: Actor, rule: RetentionRule): Promise<Result<{ id: string; status: 'queued' }>> {
	const allowed = allowSite(actor, 'fleet.manage');
	if (!allowed.ok) return allowed;
	return inTransaction(app.db, async (tx) => {
		const id = await retention.insert(tx, { rule, byUserId: actor.userId });
		if (id === null) return fail('conflict', 'A clean-up is under way. Wait until it is done.');
		await record(tx, actor, { action: 'clean_up.start', projectId: null, subject: ['clean_up', id], details: rule });
		return ok({ id, status: 'queued' });
	});
}

/**
 * Takes files out of the store that were written down before, if nothing cites them now. False: somebody enters files into
 * the record; try again. Where the store refuses some, the others are taken out and written before that is thrown.
 */
async function removeFiles(app: Pick<App, 'db' | 'artifacts'>, cleanUpId: string, files: readonly { sha256: string }[]): Promise<boolean> {
	const refused: unknown[] = [];
	const alone = await app.db.transaction(async (tx) => {
		if (!(await retention.haveStoreAlone(tx))) return false;
		const cited = await retention.cited(tx, files.map(({ sha256 }) => sha256));
		for (const { sha256 } of files) {
			const before = refused.length;
			if (!cited.has(sha256)) {
				await app.artifacts.remove(sha256).catch((error: unknown) => {
					if (mayPass(error)) throw error;
					refused.push(error);
				});
			}
			if (refused.length === before) await retention.settleFile(tx, cleanUpId, sha256, !cited.has(sha256));
		}
		return true;
	});
	if (refused.length > 0) throw refused[0];
	return alone;
}

async function removeInTurn(app: Pick<App, 'db' | 'artifacts'>, cleanUpId: string, files: readonly { sha256: string }[], shutdown: AbortSignal): Promise<void> {
	while (files.length > 0 && !shutdown.aborted && !(await removeFiles(app, cleanUpId, files))) {
		// It waits for as long as others enter files, and is still worked on.
		await retention.alive(app.db, cleanUpId);
		await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
	}
	await retention.alive(app.db, cleanUpId);
}

/**
 * Carries out the clean-up that waits, if there is one: marks folders, which their own hosts remove, and takes files out
 * of the store. Each file is written down before it is touched, so that a worker that comes after one that died ends with
 * the same record.
 * @throws what the store or the database threw, for the log. Where they were only out of reach it goes on in a minute;
 * otherwise it has failed.
 */
export async function carryOutCleanUp(app: { db: Db; artifacts: App['artifacts'] }, shutdown: AbortSignal): Promise<boolean> {
	const at = await retention.take(app.db);
	if (!at) return false;
	try {
		return await carryOut(app, at, shutdown);
	} catch (error) {
		if (!mayPass(error)) await giveUp(app, at.id, problemOf(error));
		throw error;
	}
}

/** What the system (EPERM …) or the bucket (403) says where it lets nobody delete. */
function problemOf(error: unknown): CleanUpProblem {
	const code = (error as NodeJS.ErrnoException | null)?.code;
	return ['EPERM', 'EACCES', 'EROFS'].includes(code ?? '') || refusal(error)?.status === 403 ? 'not_permitted' : 'unexpected';
}

/** Whether the store may take a file out later; one that lets nobody delete is told to a person. */
const mayPass = (error: unknown): boolean => outOfReach(error) && problemOf(error) !== 'not_permitted';

/** Ends a clean-up by an error, so that it does not stand in the way of the next. */
async function giveUp(app: Pick<App, 'db'>, cleanUpId: string, problem: CleanUpProblem): Promise<void> {
	await app.db.transaction(async (tx) => {
		if (await retention.abandon(tx, cleanUpId, problem)) await record(tx, null, { action: 'clean_up.failed', projectId: null, subject: ['clean_up', cleanUpId], details: { problem } });
	});
}

async function carryOut(app: { db: Db; artifacts: App['artifacts'] }, at: { id: string; rule: RetentionRule; now: number }, shutdown: AbortSignal): Promise<boolean> {
	await removeInTurn(app, at.id, await retention.filesToGo(app.db, at.id), shutdown);
	await app.db.transaction(async (tx) => {
		const known = await retention.folders(tx);
		const verdicts = foldersToRemove(known, at.rule, at.now);
		await retention.markFolders(tx, at.id, known.filter((_, index) => verdicts[index] === null).map(({ runId, attempt }) => ({ runId, attempt })));
	});
	for await (const batch of fates(app, at.rule, at.now)) {
		if (shutdown.aborted) return false;
		const going = batch.filter(({ because }) => because === null);
		await retention.insertFiles(app.db, at.id, going);
		await removeInTurn(app, at.id, going, shutdown);
	}
	if (shutdown.aborted) return false;
	await app.db.transaction(async (tx) => {
		// Another worker, which thought this one dead, has ended it and said so.
		if (!(await retention.finish(tx, at.id))) return;
		const done = (await retention.list(tx)).find(({ id }) => id === at.id);
		await record(tx, null, { action: 'clean_up.done', projectId: null, subject: ['clean_up', at.id], details: { folders: done?.folders.n ?? 0, files: done?.files.n ?? 0, bytes: (done?.folders.bytes ?? 0) + (done?.files.bytes ?? 0) } });
	});
	return true;
}
