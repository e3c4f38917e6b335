import { createHash, randomBytes } from 'node:crypto';
import { fail, ok, wrongField } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import { MOST_UPLOADS } from '../../domain/upload.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import type { Executor, Tx } from '../db/client.ts';
import * as imports from '../db/imports.ts';
import type { ImportStatus } from '../db/imports.ts';
import * as uploads from '../db/uploads.ts';
import type { Upload } from '../db/uploads.ts';
import { MOST_FILE_BYTES } from '../import-sources/reader.ts';
import { KEY_BYTES } from '../uploads/cipher.ts';
import { allow } from './access.ts';
import { clearUploads, diskOf, roomLeft } from './clear-uploads.ts';
import { readingOf } from './stream-import.ts';
import { inTransaction } from './transaction.ts';

type Services = Pick<App, 'db' | 'config' | 'secrets'>;

/** What tells a file apart, as whoever sends it names it. */
export type FileSaid = { name: string; bytes: number; /** When it was last changed, as the sender's clock says. */ modifiedAt: string };

/** An upload as its sender sees it: how much has arrived, which import read it last, and until when it is kept if nobody sends on. */
export type UploadLine = { bytes: number } & Pick<Upload, 'id' | 'fileName' | 'totalBytes' | 'import' | 'createdAt' | 'expiresAt'>;

const notThere = () => fail('not_found', 'There is no such upload: it was brought in, let go, left alone for a day, or it is somebody else’s.');

/** Names a file to its sender without telling its name, which may name people. */
const fingerprint = (projectId: string, { name, bytes, modifiedAt }: FileSaid): string => createHash('sha256').update([projectId, name, bytes, modifiedAt].join('\0')).digest('hex');

/** What an upload's bytes on the disk are encrypted with. */
export async function keyOf(app: Pick<App, 'secrets'>, upload: Upload): Promise<Result<Buffer>> {
	const opened = await app.secrets.open(upload.sealedKey, `upload:${upload.id}`);
	return opened.ok ? ok(Buffer.from(opened.value, 'base64')) : opened;
}

/** Begins an upload: nothing of it has arrived yet. */
export async function beginUpload(app: Services, actor: Actor, of: { slug: string; file: FileSaid }): Promise<Result<Upload>> {
	const { name, bytes } = of.file;
	return inTransaction(app.db, async (tx) => {
		const access = await allow(tx, actor, { slug: of.slug }, 'import.create');
		if (!access.ok) return access;
		const { project } = access.value;
		if (bytes > MOST_FILE_BYTES) return fail('too_large', 'The file is larger than 100 GB. Split it.');
		if ((await uploads.held(tx, actor.userId)) >= MOST_UPLOADS) return fail('conflict', `You have ${MOST_UPLOADS} uploads under way. Finish one or let it go first.`);
		await clearUploads(app, tx);
		if (bytes > (await roomLeft(app, tx))) return fail('not_ready', 'The server’s disk has no room for this file at the moment. Tell whoever runs this installation.');
		const reading = await readingOf(app, tx, project, { dryRun: true });
		if (!reading.ok) return reading;
		const id = await uploads.insert(tx, { projectId: project.id, createdBy: actor.userId, fileName: name === '' ? null : reading.value.masker.fileName(name), fingerprint: fingerprint(project.id, of.file), totalBytes: bytes });
		await uploads.putKey(tx, id, await app.secrets.seal(randomBytes(KEY_BYTES).toString('base64'), `upload:${id}`));
		await record(tx, actor, { action: 'upload.start', projectId: project.id, subject: ['upload', id], details: { bytes } });
		await diskOf(app).begin(id);
		const begun = await uploads.get(tx, id);
		return begun ? ok(begun) : notThere();
	});
}

/** An upload, for who sends it and may still bring files in; for others it is not there. */
export async function reachUpload(db: Executor, actor: Actor, id: string, { locked = false } = {}): Promise<Result<Upload>> {
	const found = await uploads.get(db, id, { locked });
	if (!found || found.createdBy !== actor.userId) return notThere();
	const access = await allow(db, actor, { id: found.projectId }, 'import.create');
	return access.ok ? ok(found) : access;
}

/** One's own uploads to a project that are not brought in yet, newest first; where a file is named, those of it. What lies on another web process is not among them. */
export async function listUploads(app: Pick<App, 'db' | 'config'>, actor: Actor, of: { slug: string; file: FileSaid | null }): Promise<Result<UploadLine[]>> {
	const access = await allow(app.db, actor, { slug: of.slug }, 'import.create');
	if (!access.ok) return access;
	const projectId = access.value.project.id;
	const disk = diskOf(app);
	const found = await uploads.of(app.db, { projectId, createdBy: actor.userId, fingerprint: of.file && fingerprint(projectId, of.file) });
	const lines = await Promise.all(
		found.map(async ({ id, fileName, totalBytes, import: read, createdAt, expiresAt }) => {
			const bytes = await disk.arrived(id);
			return bytes === null ? [] : [{ id, fileName, bytes, totalBytes, import: read, createdAt, expiresAt }];
		})
	);
	return ok(lines.flat());
}

/** Writes on with an upload from a place. Gives the place after the last byte that arrived. */
export async function writeUpload(app: Services, upload: Upload, at: number, source: AsyncIterable<Uint8Array>): Promise<Result<number>> {
	const key = await keyOf(app, upload);
	if (!key.ok) return key;
	await uploads.touch(app.db, upload.id);
	const arrived = await diskOf(app).write(upload.id, key.value, at, source);
	await uploads.touch(app.db, upload.id);
	return ok(arrived);
}

/** A reader that was silent for so long is taken for dead by who would have the file read anew, or go; the sweeper waits longer. One that was not dead finds its import ended. */
const SILENT_READER_SECONDS = 120;

/** How the import is that reads or read an upload, which must be locked, as is the import then. `died`: nobody reads it any more, and it was not ended. */
export async function readerOf(tx: Tx, upload: Upload): Promise<{ id: string; status: ImportStatus | 'died' } | null> {
	if (!upload.import) return null;
	const { id } = upload.import;
	const status = await imports.lockStatusAtOnce(tx, id);
	// Who publishes it holds it, for minutes where it is large, and gives no other sign of life.
	if (status === null) return { id, status: 'staging' };
	return { id, status: status === 'staging' && (await imports.isSilent(tx, id, SILENT_READER_SECONDS)) ? 'died' : status };
}

/** What is said while an import reads an upload. */
export const isRead = (id: string) => fail('conflict', 'The file is being read. See how far it is by its import.', { facts: { id } });

/** Lets an upload go: its bytes, and what they can be read with. Not while it is read. */
export async function discardUpload(app: Pick<App, 'db' | 'config'>, actor: Actor, { id, projectId }: Upload): Promise<Result<null>> {
	const gone = await inTransaction(app.db, async (tx) => {
		const upload = await uploads.get(tx, id, { locked: true });
		if (!upload) return ok(null);
		const reader = await readerOf(tx, upload);
		if (reader?.status === 'staging') return isRead(reader.id);
		await uploads.remove(tx, id);
		await record(tx, actor, { action: 'upload.discard', projectId, subject: ['upload', id] });
		return ok(null);
	});
	if (gone.ok) await diskOf(app).remove(id);
	return gone;
}

/** What a client says of its file in the protocol's metadata. */
export function fileSaid(said: Readonly<Record<string, string | null>>, bytes: number): Result<FileSaid> {
	const name = (said['filename'] ?? '').slice(0, 300);
	if (name.includes('\0') || !name.isWellFormed()) return wrongField('Upload-Metadata', 'filename: contains NUL or half of a surrogate pair, which no text has');
	return ok({ name, bytes, modifiedAt: (said['modified'] ?? '').slice(0, 40) });
}
