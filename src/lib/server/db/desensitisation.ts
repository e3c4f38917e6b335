import { sql } from 'drizzle-orm';
import type { FindingCounts } from '../../domain/desensitisation/counts.ts';
import { isOn } from '../../domain/desensitisation/settings.ts';
import type { OpenSettings } from '../../domain/desensitisation/settings.ts';
import type { Split } from '../../domain/holdout.ts';
import type { Executor, Tx } from './client.ts';
import { isoTime, rowsOf } from './rows.ts';

/** One version of a project's settings. `lists` null: they stayed on the server that the project came from. */
export type SettingsVersion = { version: number; rules: OpenSettings; lists: string | null; createdBy: string; createdAt: string };

type Row = { version: number; rules: OpenSettings; lists: string | null; created_by: string; created_at: string };
const toVersion = (row: Row): SettingsVersion => ({ version: row.version, rules: row.rules, lists: row.lists, createdBy: row.created_by, createdAt: isoTime(row.created_at) });

/** The settings in force; null: the project never set any. */
export async function newest(db: Executor, projectId: string): Promise<SettingsVersion | null> {
	const rows = await rowsOf<Row>(db, sql`select version, rules, lists, created_by, created_at from desensitisation_settings where project_id = ${projectId} order by version desc limit 1`);
	return rows[0] ? toVersion(rows[0]) : null;
}

/** The version of the settings in force; 0: the project never set any. */
export async function version(db: Executor, projectId: string): Promise<number> {
	const rows = await rowsOf<{ version: number }>(db, sql`select coalesce(max(version), 0) as version from desensitisation_settings where project_id = ${projectId}`);
	return rows[0]?.version ?? 0;
}

/** Whether a project looks for something, and the lists of what it names itself stayed on the server that it came from. */
export async function listsLeft(db: Executor, projectId: string): Promise<boolean> {
	const now = await newest(db, projectId);
	return now !== null && now.lists === null && isOn(now.rules);
}

/** Whether a project looks for something. */
export async function hides(db: Executor, projectId: string): Promise<boolean> {
	const now = await newest(db, projectId);
	return now !== null && isOn(now.rules);
}

/** Whether an import's rows were looked through under the settings that are in force; where these look for nothing, nothing was to be looked for. The project must be serialised. */
export async function wasLookedThrough(tx: Tx, of: { id: string; projectId: string }): Promise<boolean> {
	const now = await newest(tx, of.projectId);
	const rows = await rowsOf<{ version: number }>(tx, sql`select coalesce((desensitised->>'version')::int, 0) as version from imports where id = ${of.id}`);
	return rows[0]?.version === (now && isOn(now.rules) ? now.version : 0);
}

/** Adds a version. The project must be serialised. */
export async function insert(tx: Tx, of: { projectId: string; version: number; rules: OpenSettings; lists: string; createdBy: string }): Promise<void> {
	await tx.execute(sql`insert into desensitisation_settings (project_id, version, rules, lists, created_by) values (${of.projectId}, ${of.version}, ${JSON.stringify(of.rules)}::jsonb, ${of.lists}, ${of.createdBy})`);
}

/** When each version was made and by whom, newest first. */
export async function versions(db: Executor, projectId: string): Promise<{ version: number; createdBy: string; createdAt: string }[]> {
	const rows = await rowsOf<{ version: number; created_by: string; created_at: string }>(db, sql`select version, created_by, created_at from desensitisation_settings where project_id = ${projectId} order by version desc limit 100`);
	return rows.map((row) => ({ version: row.version, createdBy: row.created_by, createdAt: isoTime(row.created_at) }));
}

/** The project's key, encrypted; null: none was made yet. */
export async function key(db: Executor, projectId: string): Promise<string | null> {
	const rows = await rowsOf<{ sealed: string }>(db, sql`select sealed from desensitisation_keys where project_id = ${projectId}`);
	return rows[0]?.sealed ?? null;
}

/** Keeps a project's key; the one that is there when another was faster. */
export async function keepKey(db: Executor, projectId: string, sealed: string): Promise<string> {
	await db.execute(sql`insert into desensitisation_keys (project_id, sealed) values (${projectId}, ${sealed}) on conflict do nothing`);
	return (await key(db, projectId)) ?? sealed;
}

/** What was found in each import of these rounds (null: nothing was looked for), in order of their beginning. */
export async function ofImports(db: Executor, roundIds: readonly string[]): Promise<(FindingCounts | null)[]> {
	const rows = await rowsOf<{ counts: FindingCounts | null }>(db, sql`select desensitised->'counts' as counts from imports where round_id in ${[...roundIds]} and status = 'published' order by id`);
	return rows.map(({ counts }) => counts);
}

/** What was found in the rows of a snapshot's split under a version of the settings. */
export type SnapshotScan = { rows: number; rowsFound: number; counts: FindingCounts };

/** What a look through a split of a snapshot found; null: nobody looked under these settings. */
export async function snapshotScan(db: Executor, of: { snapshotId: string; split: Split; version: number }): Promise<SnapshotScan | null> {
	const rows = await rowsOf<{ rows: number; rows_found: number; counts: FindingCounts }>(db, sql`select rows, rows_found, counts from snapshot_scans where snapshot_id = ${of.snapshotId} and settings_version = ${of.version} and split = ${of.split}`);
	return rows[0] ? { rows: rows[0].rows, rowsFound: rows[0].rows_found, counts: rows[0].counts } : null;
}

/** Keeps what a look through a split of a snapshot found. */
export async function keepSnapshotScan(tx: Tx, of: { snapshotId: string; split: Split; version: number } & SnapshotScan): Promise<void> {
	await tx.execute(sql`insert into snapshot_scans (snapshot_id, settings_version, split, rows, rows_found, counts) values (${of.snapshotId}, ${of.version}, ${of.split}, ${of.rows}, ${of.rowsFound}, ${JSON.stringify(of.counts)}::jsonb) on conflict do nothing`);
}
