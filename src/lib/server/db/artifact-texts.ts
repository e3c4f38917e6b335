import { sql } from 'drizzle-orm';
import type { Executor, Tx } from './client.ts';
import { rowsOf } from './rows.ts';

/** Times a document is tried that takes its reader down with it. */
export const MAX_TRIES = 3;

type Key = { projectId: string; sha256: string };

/** Enters what a text document says. */
export async function insertRead(tx: Tx, of: Key & { body: string }): Promise<void> {
	await tx.execute(sql`insert into artifact_texts (project_id, sha256, state, body) values (${of.projectId}, ${of.sha256}, 'read', ${of.body}) on conflict do nothing`);
}

/** Puts a document in line to be read. */
export async function insertWaiting(tx: Tx, of: Key): Promise<void> {
	await tx.execute(sql`insert into artifact_texts (project_id, sha256) values (${of.projectId}, ${of.sha256}) on conflict do nothing`);
}

/** Takes one waiting document, so that no other worker reads it within the time given; null when none waits. */
export async function take(db: Executor, staleSeconds: number): Promise<Key | null> {
	const rows = await rowsOf<{ project_id: string; sha256: string }>(
		db,
		sql`update artifact_texts t set taken_at = now(), tries = tries + 1
			where (project_id, sha256) = (select project_id, sha256 from artifact_texts
				where state = 'waiting' and tries < ${MAX_TRIES} and (taken_at is null or taken_at < now() - make_interval(secs => ${staleSeconds})) order by taken_at nulls first limit 1 for update skip locked)
			returning project_id, sha256`
	);
	return rows[0] ? { projectId: rows[0].project_id, sha256: rows[0].sha256 } : null;
}

/** Keeps what was read; `body` null: nothing could be. */
export async function settle(tx: Tx, of: Key & { body: string | null; pages: number | null }): Promise<void> {
	await tx.execute(sql`update artifact_texts set state = ${of.body === null ? 'unreadable' : 'read'}, body = ${of.body}, pages = ${of.pages}
		where project_id = ${of.projectId} and sha256 = ${of.sha256} and state = 'waiting'`);
}

/** Gives up on documents that were tried too often: whatever reads them dies of it. Names them. */
export async function giveUp(tx: Tx, staleSeconds: number): Promise<Key[]> {
	const rows = await rowsOf<{ project_id: string; sha256: string }>(
		tx,
		sql`update artifact_texts set state = 'unreadable' where state = 'waiting' and tries >= ${MAX_TRIES} and taken_at < now() - make_interval(secs => ${staleSeconds}) returning project_id, sha256`
	);
	return rows.map((row) => ({ projectId: row.project_id, sha256: row.sha256 }));
}

/** What these documents say; those that nothing could be got out of, or that wait, are left out. */
export async function bodies(tx: Executor, projectId: string, hashes: readonly string[]): Promise<Map<string, string>> {
	if (hashes.length === 0) return new Map();
	const rows = await rowsOf<{ sha256: string; body: string }>(tx, sql`select sha256, body from artifact_texts where project_id = ${projectId} and state = 'read' and sha256 in ${hashes}`);
	return new Map(rows.map((row) => [row.sha256, row.body]));
}

/** How many bytes each of these documents says, where something could be got out of it. */
export async function sizes(tx: Executor, projectId: string, hashes: readonly string[]): Promise<Map<string, number>> {
	if (hashes.length === 0) return new Map();
	const rows = await rowsOf<{ sha256: string; bytes: number }>(tx, sql`select sha256, octet_length(body) as bytes from artifact_texts where project_id = ${projectId} and state = 'read' and sha256 in ${hashes}`);
	return new Map(rows.map((row) => [row.sha256, row.bytes]));
}

/** How many of these documents wait to be read. */
export async function waiting(tx: Executor, projectId: string, hashes: readonly string[]): Promise<number> {
	if (hashes.length === 0) return 0;
	const rows = await rowsOf<{ n: string }>(tx, sql`select count(*) as n from artifact_texts where project_id = ${projectId} and state = 'waiting' and sha256 in ${hashes}`);
	return Number(rows[0]?.n ?? 0);
}
