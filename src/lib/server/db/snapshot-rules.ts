import { sql } from 'drizzle-orm';
import type { DatasetObjective } from '../../domain/preference-dataset.ts';
import { storedRule } from '../../domain/snapshot-rule.ts';
import type { SnapshotRule } from '../../domain/snapshot-rule.ts';
import type { Executor, Tx } from './client.ts';
import { isoTime, rowsOf } from './rows.ts';

/** One version of a rule that is saved under a name. */
export type SavedRule = { id: string; name: string; version: number; objective: DatasetObjective; rule: SnapshotRule; createdBy: string; createdAt: string };

type Row = { id: string; name: string; version: number; objective: DatasetObjective; rule: Record<string, unknown>; created_by: string; created_at: string };
const toSaved = (row: Row): SavedRule => ({ id: row.id, name: row.name, version: row.version, objective: row.objective, rule: storedRule(row.rule), createdBy: row.created_by, createdAt: isoTime(row.created_at) });

/** Versions that are read at once: of one name, or of a project. */
const MOST = 200;
const columns = sql`r.id, r.name, r.version, r.objective, r.rule, up.name as created_by, r.created_at from snapshot_rules r left join user_profiles up on up.user_id = r.created_by`;

/** Adds a version. The project must be serialised. */
export async function insert(tx: Tx, of: { projectId: string; name: string; version: number; objective: string; rule: SnapshotRule; createdBy: string }): Promise<void> {
	await tx.execute(sql`insert into snapshot_rules (project_id, name, version, objective, rule, created_by) values (${of.projectId}, ${of.name}, ${of.version}, ${of.objective}, ${JSON.stringify(of.rule)}::jsonb, ${of.createdBy})`);
}

/** A rule by name, in one version or the newest; null: there is none. */
export async function get(db: Executor, of: { projectId: string; name: string; version: number | null }): Promise<SavedRule | null> {
	const rows = await rowsOf<Row>(db, sql`select ${columns} where r.project_id = ${of.projectId} and r.name = ${of.name} and (${of.version}::int is null or r.version = ${of.version}::int) order by r.version desc limit 1`);
	return rows[0] ? toSaved(rows[0]) : null;
}

/** Versions of one rule, newest first. */
export async function versions(db: Executor, of: { projectId: string; name: string }): Promise<SavedRule[]> {
	return (await rowsOf<Row>(db, sql`select ${columns} where r.project_id = ${of.projectId} and r.name = ${of.name} order by r.version desc limit ${MOST}`)).map(toSaved);
}

/** Newest version of each rule of a project, by name. */
export async function list(db: Executor, projectId: string): Promise<SavedRule[]> {
	return (await rowsOf<Row>(db, sql`select distinct on (r.name) ${columns} where r.project_id = ${projectId} order by r.name, r.version desc limit ${MOST}`)).map(toSaved);
}
