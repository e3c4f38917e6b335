import { sql } from 'drizzle-orm';
import type { Rewrite } from '../../domain/rewrite.ts';
import type { Span, SpanNotes } from '../../domain/span.ts';
import type { Executor, Tx } from './client.ts';
import { tally } from './progress.ts';
import type { ProgressDelta } from './progress.ts';
import { rowsOf } from './rows.ts';
import type { TaskForWork } from './tasks.ts';

/** Free text of a judgment, kept apart from it; `hash` is over the salt and all of it. */
export type JudgmentText = { salt: string; hash: string; rationale: string | null; rewrite: Rewrite | null; spanNotes: SpanNotes | null };

/** What a judgment says besides the verdict; sides canonical. */
export type NewDetails = {
	strength: string | null;
	/** By key. */
	criteria: Record<string, string> | null;
	reasons: readonly string[] | null;
	spans: readonly Span[] | null;
	language: string | null;
	clientVersion: string | null;
	text: JudgmentText | null;
};

/** A workspace judgment to be written. Verdict canonical (a and b, never left and right). */
export type NewJudgment = NewDetails & {
	id: string;
	task: TaskForWork;
	verdict: string;
	durationMs: number | null;
	supersedesId: string | null;
	idempotencyKey: string | null;
	bodyHash: string;
};

const jsonOrNull = (value: unknown): string | null => (value === null ? null : JSON.stringify(value));

/** Appends a judgment and, apart from it, its erasable text. */
export async function insert(tx: Tx, judgment: NewJudgment): Promise<void> {
	const { task } = judgment;
	await tx.execute(
		sql`with judged as (
			insert into judgments (id, project_id, comparison_id, mode, task_id, origin, purpose, judge_kind, judge_user_id, verdict, strength, criteria, reasons, spans, language, client_version, supersedes_id, guideline_id, form_id, duration_ms, idempotency_key, body_hash, text_hash)
			values (${judgment.id}, ${task.projectId}, ${task.comparisonId}, ${task.mode}, ${task.id}, 'workspace', ${task.purpose}, 'person', ${task.annotatorId}, ${judgment.verdict},
				${judgment.strength}, ${jsonOrNull(judgment.criteria)}::jsonb, ${jsonOrNull(judgment.reasons)}::jsonb, ${jsonOrNull(judgment.spans)}::jsonb, ${judgment.language}, ${judgment.clientVersion},
				${judgment.supersedesId}, ${task.guidelineId}, ${task.formId}, ${judgment.durationMs}, ${judgment.idempotencyKey}, ${judgment.bodyHash}, ${judgment.text?.hash ?? null})
			returning id)
		insert into judgment_texts (judgment_id, salt, rationale, rewrite, span_notes)
		select id, ${judgment.text?.salt ?? ''}, ${judgment.text?.rationale ?? null}, ${jsonOrNull(judgment.text?.rewrite ?? null)}::jsonb, ${jsonOrNull(judgment.text?.spanNotes ?? null)}::jsonb from judged where ${judgment.text !== null}::boolean`
	);
}

/** What a judgment that counts changes: the pointer, the comparison's count, the task, the person's tallies, the record. */
export type Settlement = {
	task: TaskForWork;
	judgmentId: string;
	/** Place that points to it now; null when it is surplus. */
	placeId: string | null;
	comparison: { filled: number; status: string };
	delta: ProgressDelta;
	audit: { via: string; action: string; details: Record<string, unknown> };
};

/** Writes all of it in one statement: this is what every judgment waits for. */
export async function settle(tx: Tx, of: Settlement): Promise<void> {
	const { task, delta } = of;
	await tx.execute(sql`with pointed as (
			update slots set judgment_id = ${of.judgmentId}, task_id = ${task.id}, annotator_id = ${task.annotatorId} where id = ${of.placeId}::uuid),
		counted as (
			update comparisons set filled = ${of.comparison.filled}, status = ${of.comparison.status} where id = ${task.comparisonId} and (filled <> ${of.comparison.filled} or status <> ${of.comparison.status})),
		done as (update tasks set state = 'done' where id = ${task.id}),
		tallied as (${tally(task.roundId, task.annotatorId, delta)})
		insert into audit_entries (actor_id, actor_kind, action, project_id, subject_kind, subject_id, details)
		values (${task.annotatorId}, ${of.audit.via}, ${of.audit.action}, ${task.projectId}, 'judgment', ${of.judgmentId}, ${JSON.stringify(of.audit.details)}::jsonb)`);
}

/** A judgment with what voiding it needs. */
export type JudgmentToVoid = { id: string; projectId: string; comparisonId: string; roundId: string; judgeUserId: string | null; isVoid: boolean };

/** One judgment. */
export async function get(db: Executor, id: string): Promise<JudgmentToVoid | null> {
	const rows = await rowsOf<{ id: string; project_id: string; comparison_id: string; round_id: string; judge_user_id: string | null; is_void: boolean }>(
		db,
		sql`select j.id, j.project_id, j.comparison_id, c.round_id, j.judge_user_id,
				exists (select 1 from judgment_voids v where v.judgment_id = j.id) as is_void
			from judgments j join comparisons c on c.id = j.comparison_id where j.id = ${id}`
	);
	const row = rows[0];
	return row ? { id: row.id, projectId: row.project_id, comparisonId: row.comparison_id, roundId: row.round_id, judgeUserId: row.judge_user_id, isVoid: row.is_void } : null;
}

/** The judgment and everything it superseded, newest first. */
export async function chain(tx: Tx, id: string): Promise<string[]> {
	const rows = await rowsOf<{ id: string }>(
		tx,
		sql`with recursive chain as (
			select id, supersedes_id from judgments where id = ${id}
			union all select j.id, j.supersedes_id from judgments j join chain on j.id = chain.supersedes_id)
		select id from chain`
	);
	return rows.map((row) => row.id);
}

/** Declares a judgment void, with an erasable note; one that is void already stays as it was voided. */
export async function insertVoid(tx: Tx, judgmentId: string, of: { reason: string; text: { salt: string; hash: string; note: string } | null; byUserId: string }): Promise<void> {
	await tx.execute(sql`with voided as (
			insert into judgment_voids (judgment_id, reason, note_hash, by_user_id) values (${judgmentId}, ${of.reason}, ${of.text?.hash ?? null}, ${of.byUserId}) on conflict do nothing returning judgment_id)
		insert into judgment_void_texts (judgment_id, salt, note)
		select judgment_id, ${of.text?.salt ?? ''}, ${of.text?.note ?? ''} from voided where ${of.text !== null}::boolean`);
}

/** Records that a person passed a comparison on; false when they had done so before, through another task. */
export async function insertSkip(tx: Tx, task: TaskForWork, reason: string): Promise<boolean> {
	const rows = await rowsOf<{ inserted: boolean }>(
		tx,
		sql`insert into skips (comparison_id, user_id, task_id, reason) values (${task.comparisonId}, ${task.annotatorId}, ${task.id}, ${reason}) on conflict do nothing returning true as inserted`
	);
	return rows.length > 0;
}
