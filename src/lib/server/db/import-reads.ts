import { sql } from 'drizzle-orm';
import type { Executor, Tx } from './client.ts';
import { isoTime, rowsOf } from './rows.ts';
import type { Origin } from './schema/import.ts';
import type { AskedReading } from './schema/import-source.ts';

/** A file of a source that a worker took to read: the number of the attempt fences it off once another one took it. */
export type Read = { importId: string; projectId: string; createdBy: string; sourceId: string; path: string; asked: AskedReading; attempt: number; origin: Origin };

/** Lets an import wait for a worker that reads its file; `message`: why it will wait for long. */
export async function insert(tx: Tx, of: { importId: string; sourceId: string; path: string; asked: AskedReading; message: string | null }): Promise<void> {
	await tx.execute(sql`insert into import_reads (import_id, source_id, path, asked) values (${of.importId}, ${of.sourceId}, ${of.path}, ${JSON.stringify(of.asked)}::jsonb)`);
	if (of.message !== null) await tx.execute(sql`update imports set message = ${of.message} where id = ${of.importId}`);
}

/**
 * Takes the next file that waits, or whose reader was silent for so long that it is
 * taken for dead: what that one had staged is let go, for the file is read from its
 * beginning. Of folders only from those that this worker sees.
 */
export async function take(tx: Tx, of: { workerId: string; roots: readonly string[]; silentSeconds: number }): Promise<Read | null> {
	const rows = await rowsOf<{ import_id: string; project_id: string; created_by: string; source_id: string; path: string; asked: AskedReading; attempt: number; origin: Origin }>(
		tx,
		sql`with next as (
				select i.id from imports i join import_reads r on r.import_id = i.id join import_sources s on s.id = r.source_id
				where i.status = 'staging' and (s.kind <> 'folder' or s.root in (select jsonb_array_elements_text(${JSON.stringify(of.roots)}::jsonb)))
					and case when r.worker_id is null then r.again_at is null or r.again_at <= now() else i.heartbeat_at < now() - make_interval(secs => ${of.silentSeconds}) end
				order by i.id limit 1 for update of i skip locked),
			begun as (
				update imports i set bytes = 0, rows = 0, rejected = 0, found = null, desensitised = null, message = null, heartbeat_at = now() from next where i.id = next.id
				returning i.id, i.project_id, i.created_by, i.origin)
			update import_reads r set attempt = r.attempt + 1, worker_id = ${of.workerId}, again_at = null from begun where r.import_id = begun.id
			returning r.import_id, begun.project_id, begun.created_by, r.source_id, r.path, r.asked, r.attempt, begun.origin`
	);
	const row = rows[0];
	if (!row) return null;
	for (const table of [sql`import_rows`, sql`import_errors`, sql`findings`]) await tx.execute(sql`delete from ${table} where import_id = ${row.import_id}`);
	return { importId: row.import_id, projectId: row.project_id, createdBy: row.created_by, sourceId: row.source_id, path: row.path, asked: row.asked, attempt: row.attempt, origin: row.origin };
}

/** Locks the import, and says whether this attempt may still go on with it. */
export async function isHeld(tx: Tx, importId: string, attempt: number): Promise<boolean> {
	const rows = await rowsOf<{ held: boolean }>(tx, sql`select i.status = 'staging' and exists (select 1 from import_reads r where r.import_id = i.id and r.attempt = ${attempt}) as held from imports i where i.id = ${importId} for update`);
	return rows[0]?.held === true;
}

/** Says what is being read: how large it is, and which version. */
export async function opened(tx: Tx, importId: string, of: { totalBytes: number; origin: Origin }): Promise<void> {
	await tx.execute(sql`update imports set total_bytes = ${of.totalBytes}, origin = ${JSON.stringify(of.origin)}::jsonb, heartbeat_at = now() where id = ${importId}`);
}

/** Says which bytes were read. */
export async function hashed(tx: Tx, importId: string, sha256: string): Promise<void> {
	await tx.execute(sql`update imports set origin = jsonb_set(origin, '{sha256}', to_jsonb(${sha256}::text)) where id = ${importId}`);
}

/** Gives a file back, to be read again after so many seconds; `message`: why. */
export async function giveBack(tx: Tx, importId: string, of: { seconds: number; message: string | null }): Promise<void> {
	await tx.execute(sql`update import_reads set worker_id = null, again_at = now() + make_interval(secs => ${of.seconds}) where import_id = ${importId}`);
	await tx.execute(sql`update imports set message = ${of.message} where id = ${importId}`);
}

/** Gives back what workers held whose processes are known to be dead. */
export async function release(tx: Tx, workerIds: readonly string[]): Promise<void> {
	await tx.execute(sql`update import_reads set worker_id = null, again_at = null where worker_id in (select jsonb_array_elements_text(${JSON.stringify(workerIds)}::jsonb)::uuid)`);
}

/** Whether an import waits for its file to be read, or is being read by a worker. */
export async function exists(db: Executor, importId: string): Promise<boolean> {
	return (await rowsOf<{ id: string }>(db, sql`select import_id as id from import_reads where import_id = ${importId}`)).length > 0;
}

/** Forgets what was asked for imports that are read to their end: paths may name people. */
export async function removeEnded(db: Executor): Promise<void> {
	await db.execute(sql`delete from import_reads r using imports i where i.id = r.import_id and i.status <> 'staging'`);
}

/** Of these files (by their hashes), which version a project took last, and when. */
export async function takenBefore(db: Executor, projectId: string, files: readonly string[]): Promise<{ file: string; version: string | null; at: string; importId: string }[]> {
	const rows = await rowsOf<{ file: string; version: string | null; at: string; importId: string }>(
		db,
		sql`select distinct on (i.origin->>'file') i.origin->>'file' as file, i.origin->>'version' as version, i.finished_at as at, i.id as "importId"
			from imports i where i.project_id = ${projectId} and i.origin is not null and i.status = 'published' and i.origin->>'file' in (select jsonb_array_elements_text(${JSON.stringify(files)}::jsonb))
			order by i.origin->>'file', i.finished_at desc`
	);
	return rows.map((row) => ({ ...row, at: isoTime(row.at) }));
}
