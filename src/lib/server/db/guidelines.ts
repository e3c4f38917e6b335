import { sql } from 'drizzle-orm';
import type { Executor, Tx } from './client.ts';
import { isoTime, rowsOf } from './rows.ts';

/** One version of a project's guideline. */
export type GuidelineVersion = { version: number; body: string; createdAt: string };

/** A version by its number, or the one in force; null: there is none. */
export async function get(db: Executor, projectId: string, version?: number): Promise<GuidelineVersion | null> {
	const rows = await rowsOf<{ version: number; body: string; created_at: string }>(
		db,
		sql`select version, body, created_at from guidelines where project_id = ${projectId} ${version === undefined ? sql`` : sql`and version = ${version}`} order by version desc limit 1`
	);
	const row = rows[0];
	return row ? { version: row.version, body: row.body, createdAt: isoTime(row.created_at) } : null;
}

/** The version of each text, by its hash; of one that was in force twice the first. */
export async function versionsOfTexts(db: Executor, projectId: string, hashes: readonly string[]): Promise<Map<string, number>> {
	if (hashes.length === 0) return new Map();
	const rows = await rowsOf<{ content_hash: string; version: number }>(db, sql`select content_hash, min(version)::int as version from guidelines where project_id = ${projectId} and content_hash in ${[...hashes]} group by 1`);
	return new Map(rows.map((row) => [row.content_hash, row.version]));
}

/** Versions of a project's guideline without their text, newest first. */
export async function versions(db: Executor, projectId: string): Promise<{ version: number; createdAt: string }[]> {
	const rows = await rowsOf<{ version: number; created_at: string }>(db, sql`select version, created_at from guidelines where project_id = ${projectId} order by version desc`);
	return rows.map((row) => ({ version: row.version, createdAt: isoTime(row.created_at) }));
}

/**
 * The version a person knows: the newest they were shown the changes of, or
 * judged under. Null: they have judged nothing under any.
 */
export async function knownTo(db: Executor, projectId: string, userId: string): Promise<number | null> {
	const rows = await rowsOf<{ version: number | null }>(
		db,
		sql`select greatest(
			(select version from guideline_readers where project_id = ${projectId} and user_id = ${userId}),
			(select max(g.version) from judgments j join guidelines g on g.id = j.guideline_id where j.judge_user_id = ${userId} and j.project_id = ${projectId})) as version`
	);
	return rows[0]?.version ?? null;
}

/** Notes that a person was shown the changes up to a version; an older one than was noted changes nothing. */
export async function markRead(tx: Tx, of: { projectId: string; userId: string; version: number }): Promise<boolean> {
	const rows = await rowsOf<{ version: number }>(
		tx,
		sql`insert into guideline_readers (project_id, user_id, version) values (${of.projectId}, ${of.userId}, ${of.version})
			on conflict (project_id, user_id) do update set version = excluded.version, read_at = now() where guideline_readers.version < excluded.version returning version`
	);
	return rows.length > 0;
}
