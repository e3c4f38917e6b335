import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import type { Tx } from '../db/client.ts';
import * as imports from '../db/imports.ts';
import * as members from '../db/members.ts';
import * as uploads from '../db/uploads.ts';
import type { Upload } from '../db/uploads.ts';
import { diskOf, removeRead } from './clear-uploads.ts';
import { beginImport } from './import-pairs.ts';
import type { Asked } from './import-pairs.ts';
import { isRead, keyOf, reachUpload, readerOf } from './receive-upload.ts';
import { stillStaging } from './stage-import.ts';
import { streamImport } from './stream-import.ts';
import type { ImportOutcome } from './stream-import.ts';
import { inTransaction } from './transaction.ts';
import { discard } from './undo-import.ts';

/** Makes an upload free to be read (anew): lets its dry run go, ends what a reader that died left of it. A problem, with the import, where one reads it or has taken it. */
async function makeFree(tx: Tx, actor: Actor, upload: Upload): Promise<Result<null>> {
	const reader = await readerOf(tx, upload);
	if (!reader) return ok(null);
	const { id, status } = reader;
	if (status === 'staging') return isRead(id);
	if (status === 'published' || status === 'masking') return fail('conflict', 'The file was read already. See what came of it by its import.', { facts: { id } });
	if (status === 'scanned') await discard(tx, actor, { id, projectId: upload.projectId });
	if (status === 'died') await imports.finish(tx, id, { status: 'failed', accepted: 0, duplicates: 0, message: 'Reading it broke off. It is read anew, by another import.' });
	return ok(null);
}

/**
 * Brings in a file that arrived in pieces, as if it were sent now. It is kept
 * until its rows were taken, refused or let go: where reading breaks off, or it
 * was understood wrongly in a dry run, it can be read again without being sent.
 */
export async function importUpload(app: Pick<App, 'db' | 'config' | 'secrets'>, actor: Actor, input: Asked & { slug: string; id: string }): Promise<Result<{ id: string; done: Promise<Result<ImportOutcome>> }>> {
	const { said, skipBad, dryRun } = input;
	const disk = diskOf(app);
	const begun = await inTransaction(app.db, async (tx) => {
		const reached = await reachUpload(tx, actor, input.id, { locked: true });
		if (!reached.ok) return reached;
		const upload = reached.value;
		const project = await members.projectById(tx, upload.projectId);
		if (project.slug !== input.slug) return fail('not_found', 'This upload belongs to another project.');
		const arrived = await disk.arrived(upload.id);
		if (arrived === null) return fail('not_found', 'What has arrived of this file does not lie on this server. Send it anew.');
		if (arrived < upload.totalBytes) return fail('conflict', `${arrived} of ${upload.totalBytes} bytes have arrived. Send the rest first.`, { facts: { bytes: arrived } });
		const free = await makeFree(tx, actor, upload);
		if (!free.ok) return free;
		const key = await keyOf(app, upload);
		if (!key.ok) return key;
		const made = await beginImport(app, tx, actor, { said, skipBad, dryRun, project, fileName: upload.fileName, totalBytes: upload.totalBytes, origin: null });
		if (!made.ok) return made;
		await uploads.readBy(tx, upload.id, made.value.id);
		return ok({ ...made.value, projectId: project.id, upload, key: key.value });
	});
	if (!begun.ok) return begun;
	const { id, upload, key, ...reading } = begun.value;
	const { done } = streamImport(app, actor, { ...reading, id, said, skipBad, dryRun, here: true, holds: stillStaging(id), source: disk.read(upload.id, key) });
	const ended = done.then(async (outcome) => {
		// What was read under settings that changed meanwhile is read again.
		const waits = outcome.ok ? dryRun && outcome.value.status !== 'published' : outcome.problem.code === 'conflict';
		if (!waits) await removeRead(app, id);
		return outcome;
	});
	ended.catch(() => undefined);
	return ok({ id, done: ended });
}
