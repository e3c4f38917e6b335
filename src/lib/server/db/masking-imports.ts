import { sql } from 'drizzle-orm';
import type { ImportError } from './imports.ts';
import type { StagedRow } from '../../domain/import-row.ts';
import type { Executor, Tx } from './client.ts';
import { rowsOf } from './rows.ts';
import type { Desensitised, Masking } from './schema/import.ts';

/** An import whose rows wait until names were looked for in them. */
export type MaskingImport = { id: string; projectId: string; rows: number; rejected: number; masking: Masking; desensitised: Desensitised | null };

type Row = { id: string; project_id: string; rows: number; rejected: number; masking: Masking; desensitised: Desensitised | null };
const toImport = (row: Row): MaskingImport => ({ id: row.id, projectId: row.project_id, rows: row.rows, rejected: row.rejected, masking: row.masking, desensitised: row.desensitised });

/** Lets an import wait for a worker; `taken`: whoever asks looks through it themselves. It must be locked. */
export async function waitForNames(tx: Tx, id: string, masking: Masking, of: { taken: boolean } = { taken: false }): Promise<void> {
	await tx.execute(sql`update imports set status = 'masking', masking = ${JSON.stringify(masking)}::jsonb, masking_taken_at = ${of.taken ? sql`now()` : null} where id = ${id}`);
}

/** Whether an import waits for names to be looked for. */
export async function wanted(db: Executor): Promise<boolean> {
	const rows = await rowsOf<{ wanted: boolean }>(db, sql`select exists (select 1 from imports where status = 'masking') as wanted`);
	return rows[0]?.wanted === true;
}

/** Takes the import that waits longest, so that no other worker looks through it within the time given; null when none waits. */
export async function take(db: Executor, staleSeconds: number): Promise<MaskingImport | null> {
	const rows = await rowsOf<Row>(
		db,
		sql`update imports set masking_taken_at = now() where id = (select id from imports where status = 'masking'
				and (masking_taken_at is null or masking_taken_at < now() - make_interval(secs => ${staleSeconds})) order by id limit 1 for update skip locked)
			returning id, project_id, rows, rejected, masking, desensitised`
	);
	return rows[0] ? toImport(rows[0]) : null;
}

/** Says what keeps imports from going on, on each that waits and does not say so yet. */
export async function tellTrouble(db: Executor, trouble: string): Promise<void> {
	await db.execute(sql`update imports set masking = jsonb_set(masking, '{trouble}', to_jsonb(${trouble}::text)) where status = 'masking' and masking->>'trouble' is distinct from ${trouble}`);
}

/** Gives an import back with what went wrong; it is taken again after a while. */
export async function giveBack(db: Executor, id: string, trouble: string): Promise<void> {
	await db.execute(sql`update imports set masking = jsonb_set(masking, '{trouble}', to_jsonb(${trouble}::text)), masking_taken_at = now() where id = ${id} and status = 'masking'`);
}

/** Encrypted records of the next rows to look through: so many, fewer where they are more than so many bytes, one at the least. */
export async function sealedRows(db: Executor, id: string, of: { afterLine: number; rows: number; bytes: number }): Promise<{ line: number; sealed: string }[]> {
	return rowsOf<{ line: number; sealed: string }>(
		db,
		sql`select line, sealed from (select line, sealed, row_number() over w as n, sum(octet_length(sealed)) over w as bytes
				from (select line, sealed from import_rows where import_id = ${id} and line > ${of.afterLine} and sealed is not null order by line limit ${of.rows}) x
				window w as (order by line)) y
			where n = 1 or bytes <= ${of.bytes} order by line`
	);
}

/** Puts rows in the place of those with their lines, and errors in the place of rows that can no longer be taken. */
export async function replaceRows(tx: Tx, id: string, of: { rows: readonly (StagedRow & { sealed: string })[]; errors: readonly ImportError[]; masking: Masking }): Promise<void> {
	const json = JSON.stringify(
		of.rows.map((row) => ({
			line: row.line, prompt_hash: row.promptHash, group_key: row.groupKey, split: row.split, system_prompt_id: row.systemPromptId, messages: row.messages, tags: row.tags,
			matter: row.matter, requires: row.requires, language: row.language, responses: row.responses, pairs: row.pairs, sealed: row.sealed
		}))
	);
	await tx.execute(sql`update import_rows t set prompt_hash = r.prompt_hash, group_key = r.group_key, split = r.split, system_prompt_id = r.system_prompt_id, messages = r.messages, tags = r.tags,
			matter = r.matter, requires = r.requires, language = r.language, responses = r.responses, pairs = r.pairs, sealed = r.sealed
		from jsonb_to_recordset(${json}::jsonb) as r(line int, prompt_hash text, group_key text, split text, system_prompt_id uuid, messages jsonb, tags text[], matter text, requires text[], language text, responses jsonb, pairs jsonb, sealed text)
		where t.import_id = ${id} and t.line = r.line`);
	if (of.errors.length > 0) {
		const errors = JSON.stringify(of.errors);
		await tx.execute(sql`delete from import_rows where import_id = ${id} and line in (select line from jsonb_to_recordset(${errors}::jsonb) as e(line int))`);
		await tx.execute(sql`insert into import_errors (import_id, line, field, message) select ${id}, e.line, e.field, e.message from jsonb_to_recordset(${errors}::jsonb) as e(line int, field text, message text) on conflict do nothing`);
	}
	await tx.execute(sql`update imports set masking = ${JSON.stringify(of.masking)}::jsonb, rejected = rejected + ${of.errors.length}, masking_taken_at = now() where id = ${id}`);
}
