import { sql } from 'drizzle-orm';
import type { FindingCounts } from '../../domain/desensitisation/counts.ts';
import type { Action, Kind } from '../../domain/desensitisation/kind.ts';
import type { Executor, Tx } from './client.ts';
import { rowsOf } from './rows.ts';
import { maySeeMatter } from './walls.ts';

/** A finding as it is kept. */
export type NewFinding = { line: number; position: number; field: string; kind: Kind; action: Action; shown: string; before: string; after: string; valueKey: string; sealed: string | null; matter: string | null };

/** A finding as a review shows it; `kept`: its original can be read by who may. */
export type FoundLine = { id: string; line: number; position: number; field: string; kind: Kind; action: Action; shown: string; before: string; after: string; kept: boolean };

type Row = Omit<FoundLine, 'position'> & { position: string };
const toLine = (row: Row): FoundLine => ({ ...row, position: Number(row.position) });

/** Keeps findings of a batch of rows. */
export async function insert(tx: Tx, of: { projectId: string; importId: string; findings: readonly NewFinding[] }): Promise<void> {
	if (of.findings.length === 0) return;
	const json = JSON.stringify(of.findings.map(({ valueKey, ...rest }) => ({ ...rest, value_key: valueKey })));
	await tx.execute(sql`insert into findings (project_id, import_id, line, position, field, kind, action, shown, before, after, value_key, sealed, matter)
		select ${of.projectId}, ${of.importId}, f.line, f.position, f.field, f.kind, f.action, f.shown, f.before, f.after, f.value_key, f.sealed, f.matter
		from jsonb_to_recordset(${json}::jsonb) as f(line int, position bigint, field text, kind text, action text, shown text, before text, after text, value_key text, sealed text, matter text)`);
}

/** Findings of an import in their order, but those behind a wall for who asks. */
export async function list(db: Executor, of: { importId: string; userId: string; kind: Kind | null; after: number; limit: number }): Promise<FoundLine[]> {
	const rows = await rowsOf<Row>(
		db,
		sql`select id, line, position, field, kind, action, shown, before, after, sealed is not null as kept from findings f
			where import_id = ${of.importId} and position > ${of.after} ${of.kind === null ? sql`` : sql`and kind = ${of.kind}`}
				and ${maySeeMatter(of.userId, sql`f.project_id`, sql`f.matter`)} order by position limit ${of.limit}`
	);
	return rows.map(toLine);
}

/** One finding with what settles or opens it; null: there is none, or a wall stands before it. */
export async function get(db: Executor, id: string, userId: string): Promise<(FoundLine & { projectId: string; importId: string; valueKey: string; sealed: string | null }) | null> {
	const rows = await rowsOf<Row & { project_id: string; import_id: string; value_key: string; sealed: string | null }>(
		db,
		sql`select id, project_id, import_id, line, position, field, kind, action, shown, before, after, value_key, sealed, sealed is not null as kept from findings f where id = ${id} and ${maySeeMatter(userId, sql`f.project_id`, sql`f.matter`)}`
	);
	const row = rows[0];
	return row ? { ...toLine(row), projectId: row.project_id, importId: row.import_id, valueKey: row.value_key, sealed: row.sealed } : null;
}

/** Lets an import's findings go, or those that were only told of. */
export async function remove(tx: Tx, importId: string, only: 'flagged' | 'all' = 'all'): Promise<void> {
	await tx.execute(sql`delete from findings where import_id = ${importId} ${only === 'flagged' ? sql`and action = 'flag'` : sql``}`);
}

/** A finding whose text around waits until names were looked for in it. */
export type BareFinding = { id: string; line: number; field: string; shown: string };

/** Findings of these lines that have no text around them yet, in their order. */
export async function withoutContext(tx: Tx, importId: string, lines: { from: number; to: number }): Promise<BareFinding[]> {
	return rowsOf<BareFinding>(tx, sql`select id, line, field, shown from findings where import_id = ${importId} and line between ${lines.from} and ${lines.to} and before = '' and after = '' order by position`);
}

/** Gives findings the text around them. */
export async function setContexts(tx: Tx, contexts: readonly { id: string; before: string; after: string }[]): Promise<void> {
	if (contexts.length === 0) return;
	await tx.execute(sql`update findings f set before = c.before, after = c.after from jsonb_to_recordset(${JSON.stringify(contexts)}::jsonb) as c(id uuid, before text, after text) where f.id = c.id`);
}

/** The last place that is taken among an import's findings. */
export async function lastPosition(db: Executor, importId: string): Promise<number> {
	const rows = await rowsOf<{ last: string | null }>(db, sql`select max(position) as last from findings where import_id = ${importId}`);
	return Number(rows[0]?.last ?? 0);
}

/** Adds what was found in more of an import's rows. */
export async function addCounts(tx: Tx, importId: string, of: { version: number; counts: FindingCounts }): Promise<void> {
	await tx.execute(sql`update imports set desensitised = ${JSON.stringify(of)}::jsonb where id = ${importId}`);
}
