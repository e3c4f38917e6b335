import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import type { Tx } from '../db/client.ts';
import * as imports from '../db/imports.ts';
import * as members from '../db/members.ts';
import * as uploads from '../db/uploads.ts';
import type { Upload } from '../db/uploads.ts';
import { beginImport } from './import-pairs.ts';
import type { Asked } from './import-pairs.ts';
import { diskOf, keyOf, reachUpload } from './receive-upload.ts';
import { stillStaging } from './stage-import.ts';
import { streamImport } from './stream-import.ts';
import type { ImportOutcome } from './stream-import.ts';
import { inTransaction } from './transaction.ts';

/** A reader that was silent for so long is taken for dead by who would have the file read anew; the sweeper waits longer. One that was not dead finds its import ended. */
const SILENT_READER_SECONDS = 120;

/** Ends what an earlier reader, which died, left of this upload. A problem while one still reads it. */
async function endDead(tx: Tx, upload: Upload): Promise<Result<null>> {
	if (upload.importId === null || (await imports.lockStatus(tx, upload.importId)) !== 'staging') return ok(null);
	if (!(await imports.isSilent(tx, upload.importId, SILENT_READER_SECONDS))) return fail('conflict', 'The file is being read. See how far it is by its import.', { facts: { id: upload.importId } });
	await imports.finish(tx, upload.importId, { status: 'failed', accepted: 0, duplicates: 0, message: 'Reading it broke off. It is read anew, by another import.' });
	return ok(null);
}

/**
 * Brings in a file that arrived in pieces, as if it were sent now. It is kept
 * until it was read to its end or refused: where reading breaks off, it can be
 * read again without being sent.
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
		const free = await endDead(tx, upload);
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
	const { done } = streamImport(app, actor, { ...reading, id, said, skipBad, dryRun, holds: stillStaging(id), source: disk.read(upload.id, key) });
	const ended = done.then(async (outcome) => {
		await uploads.remove(app.db, upload.id);
		await disk.remove(upload.id);
		return outcome;
	});
	ended.catch(() => undefined);
	return ok({ id, done: ended });
}
