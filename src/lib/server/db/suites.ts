import { sql } from 'drizzle-orm';
import type { SuiteDefinition } from '../../domain/suite/check.ts';
import type { Executor, Tx } from './client.ts';
import { isoTime, rowsOf } from './rows.ts';

/** A version of a project's suite. */
export type SuiteVersion = { id: string; projectId: string; version: number; definition: SuiteDefinition; contentHash: string; /** Null: the demo brought it. */ byName: string | null; createdAt: string };

type Row = { id: string; project_id: string; version: number; definition: SuiteDefinition; content_hash: string; name: string | null; created_at: string };

const toVersion = (row: Row): SuiteVersion => ({ id: row.id, projectId: row.project_id, version: row.version, definition: row.definition, contentHash: row.content_hash, byName: row.name, createdAt: isoTime(row.created_at) });

const versions = sql`select s.*, p.name from suite_versions s left join user_profiles p on p.user_id = s.created_by`;

/** The version in force; null: the project has no suite. */
export async function newest(db: Executor, projectId: string): Promise<SuiteVersion | null> {
	const rows = await rowsOf<Row>(db, sql`${versions} where s.project_id = ${projectId} order by s.version desc limit 1`);
	return rows[0] ? toVersion(rows[0]) : null;
}

/** One version. */
export async function get(db: Executor, id: string): Promise<SuiteVersion | null> {
	const rows = await rowsOf<Row>(db, sql`${versions} where s.id = ${id}`);
	return rows[0] ? toVersion(rows[0]) : null;
}

/** Adds a version and gives its number. Under the project's lock. */
export async function insert(tx: Tx, of: { projectId: string; definition: SuiteDefinition; contentHash: string; createdBy: string | null }): Promise<number> {
	const rows = await rowsOf<{ version: number }>(
		tx,
		sql`insert into suite_versions (project_id, version, definition, content_hash, created_by)
			values (${of.projectId}, (select coalesce(max(version), 0) + 1 from suite_versions where project_id = ${of.projectId}), ${JSON.stringify(of.definition)}::jsonb, ${of.contentHash}, ${of.createdBy}) returning version`
	);
	return rows[0]?.version ?? 0;
}
