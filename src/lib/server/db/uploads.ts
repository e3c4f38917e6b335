import { sql } from 'drizzle-orm';
import { UPLOAD_KEPT_HOURS } from '../../domain/upload.ts';
import type { Executor, Tx } from './client.ts';
import type { ImportStatus } from './imports.ts';
import { isoTime, rowsOf } from './rows.ts';

/** A file that arrives in pieces. */
export type Upload = {
	id: string;
	projectId: string;
	createdBy: string;
	fileName: string | null;
	totalBytes: number;
	sealedKey: string;
	/** The import that read it last, and how it is. */
	import: { id: string; status: ImportStatus } | null;
	createdAt: string;
	/** When it is let go, if nobody touches it before. */
	expiresAt: string;
};

type Row = { id: string; project_id: string; created_by: string; file_name: string | null; total_bytes: string; sealed_key: string | null; import_id: string | null; import_status: ImportStatus | null; created_at: string; expires_at: string };

const toUpload = (row: Row): Upload => ({
	id: row.id,
	projectId: row.project_id,
	createdBy: row.created_by,
	fileName: row.file_name,
	totalBytes: Number(row.total_bytes),
	sealedKey: row.sealed_key ?? '',
	import: row.import_id !== null && row.import_status !== null ? { id: row.import_id, status: row.import_status } : null,
	createdAt: isoTime(row.created_at),
	expiresAt: isoTime(row.expires_at)
});

const day = sql`make_interval(hours => ${UPLOAD_KEPT_HOURS})`;
const columns = sql`id, project_id, created_by, file_name, total_bytes, sealed_key, import_id, (select i.status from imports i where i.id = uploads.import_id) as import_status, created_at, touched_at + ${day} as expires_at`;
const living = sql`touched_at > now() - ${day}`;
/** Nobody touched `u` for too long, and no import reads it. */
const forgotten = sql`not (${living}) and not exists (select 1 from imports i where i.id = u.import_id and i.status = 'staging')`;

/** Begins an upload that has no key yet. */
export async function insert(tx: Tx, of: { projectId: string; createdBy: string; fileName: string | null; fingerprint: string; totalBytes: number }): Promise<string> {
	const rows = await rowsOf<{ id: string }>(
		tx,
		sql`insert into uploads (project_id, created_by, file_name, fingerprint, total_bytes) values (${of.projectId}, ${of.createdBy}, ${of.fileName}, ${of.fingerprint}, ${of.totalBytes}) returning id`
	);
	return rows[0]?.id ?? '';
}

/** Keeps what its bytes are encrypted with. */
export async function putKey(tx: Tx, id: string, sealed: string): Promise<void> {
	await tx.execute(sql`update uploads set sealed_key = ${sealed} where id = ${id}`);
}

/** One that is not let go yet; locked against whoever would read it too, where a transaction says so. */
export async function get(db: Executor, id: string, { locked = false } = {}): Promise<Upload | null> {
	const rows = await rowsOf<Row>(db, sql`select ${columns} from uploads where id = ${id} and ${living} ${locked ? sql`for update` : sql``}`);
	return rows[0] ? toUpload(rows[0]) : null;
}

/** A person's uploads to a project, newest first; with a fingerprint those of that file. */
export async function of(db: Executor, whose: { projectId: string; createdBy: string; fingerprint: string | null }): Promise<Upload[]> {
	const rows = await rowsOf<Row>(
		db,
		sql`select ${columns} from uploads where created_by = ${whose.createdBy} and project_id = ${whose.projectId} and ${living} ${whose.fingerprint === null ? sql`` : sql`and fingerprint = ${whose.fingerprint}`} order by id desc`
	);
	return rows.map(toUpload);
}

/** How many a person has under way, in all projects. */
export async function held(db: Executor, createdBy: string): Promise<number> {
	return (await rowsOf<{ n: number }>(db, sql`select count(*)::int as n from uploads where created_by = ${createdBy} and ${living}`))[0]?.n ?? 0;
}

/** What is kept of anybody's: ids, and how many bytes each will hold. */
export async function kept(db: Executor): Promise<{ id: string; totalBytes: number }[]> {
	const rows = await rowsOf<{ id: string; total_bytes: string }>(db, sql`select u.id, u.total_bytes from uploads u where not (${forgotten})`);
	return rows.map(({ id, total_bytes }) => ({ id, totalBytes: Number(total_bytes) }));
}

/** Says that somebody is at it. */
export async function touch(db: Executor, id: string): Promise<void> {
	await db.execute(sql`update uploads set touched_at = now() where id = ${id}`);
}

/** Says which import reads it. */
export async function readBy(tx: Tx, id: string, importId: string): Promise<void> {
	await tx.execute(sql`update uploads set import_id = ${importId}, touched_at = now() where id = ${id}`);
}

/** Forgets an upload and the key of its bytes; false where it was gone. */
export async function remove(db: Executor, id: string): Promise<boolean> {
	return (await rowsOf<{ id: string }>(db, sql`delete from uploads where id = ${id} returning id`)).length > 0;
}

/** Forgets what an import has read, where no other import reads it by now. Gives the uploads that are gone. */
export async function removeReadBy(db: Executor, importId: string): Promise<string[]> {
	return (await rowsOf<{ id: string }>(db, sql`delete from uploads where import_id = ${importId} returning id`)).map(({ id }) => id);
}

/** Forgets those that nobody touched for too long and no import reads: what of them lies on a disk can be read by nobody then. */
export async function removeSilent(db: Executor): Promise<void> {
	await db.execute(sql`delete from uploads u where ${forgotten}`);
}
