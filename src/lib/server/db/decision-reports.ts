import { sql } from 'drizzle-orm';
import type { Message } from '../../domain/message.ts';
import type { Executor, Tx } from './client.ts';
import { rowsOf, uuids } from './rows.ts';

export type ReportFormat = 'document' | 'html' | 'pdf';
/** A stored file of a report. */
export type ReportFile = { format: ReportFormat; locale: 'en' | 'zh'; sha256: string; bytes: number };

/** The oldest signed decision that has no report yet, but these. */
export async function next(db: Executor, notIds: readonly string[]): Promise<string | null> {
	const rows = await rowsOf<{ id: string }>(
		db,
		sql`select t.decision_id as id from decision_terms t where not exists (select 1 from decision_reports r where r.decision_id = t.decision_id)
			and t.decision_id not in (select jsonb_array_elements_text(${JSON.stringify(notIds)}::jsonb)::uuid) order by t.decision_id limit 1`
	);
	return rows[0]?.id ?? null;
}

/** Files of a decision's report; empty before it was made. */
export async function files(db: Executor, decisionId: string): Promise<ReportFile[]> {
	const rows = await rowsOf<{ format: ReportFormat; locale: ReportFile['locale']; sha256: string; bytes: string }>(db, sql`select format, locale, sha256, bytes from decision_reports where decision_id = ${decisionId} order by locale, format`);
	return rows.map((row) => ({ ...row, bytes: Number(row.bytes) }));
}

/** Enters a report's files, and the prompts whose words are in it. Nothing where somebody else was quicker. */
export async function insert(tx: Tx, decisionId: string, of: { files: readonly ReportFile[]; promptIds: readonly string[] }): Promise<boolean> {
	const rows = await rowsOf<{ format: string }>(
		tx,
		sql`insert into decision_reports (decision_id, format, locale, sha256, bytes) select ${decisionId}, f.format, f.locale, f.sha256, f.bytes from jsonb_to_recordset(${JSON.stringify(of.files)}::jsonb) f(format text, locale text, sha256 text, bytes bigint) on conflict do nothing returning format`
	);
	if (rows.length === 0) return false;
	await tx.execute(sql`insert into decision_report_prompts (decision_id, prompt_id) select ${decisionId}, p.id::uuid from jsonb_array_elements_text(${JSON.stringify(of.promptIds)}::jsonb) p(id)`);
	return true;
}

/** A comparison's words: what was asked, what a checkpoint answered, and what the other did. */
export type ComparedWords = { comparisonId: string; promptId: string; prompt: Message[]; candidate: Message[]; parent: Message[] };

/** The words of comparisons of a checkpoint with its parent. Who may see them was asked before. */
export async function wordsOf(db: Executor, of: { comparisonIds: readonly string[]; checkpointId: string }): Promise<Map<string, ComparedWords>> {
	if (of.comparisonIds.length === 0) return new Map();
	const rows = await rowsOf<{ id: string; prompt_id: string; prompt: Message[]; a: Message[]; b: Message[]; first: boolean }>(
		db,
		sql`select c.id, c.prompt_id, p.messages as prompt, a.messages as a, b.messages as b, ra.source_ref = ${of.checkpointId} as first
			from comparisons c join responses ra on ra.id = c.response_a_id join prompt_texts p on p.prompt_id = c.prompt_id
			join response_texts a on a.response_id = c.response_a_id join response_texts b on b.response_id = c.response_b_id where c.id in ${uuids(of.comparisonIds)}`
	);
	return new Map(rows.map(({ id, prompt_id, prompt, a, b, first }) => [id, { comparisonId: id, promptId: prompt_id, prompt, candidate: first ? a : b, parent: first ? b : a }]));
}
