import { sql } from 'drizzle-orm';
import type { Executor, Tx } from './client.ts';
import { rowsOf } from './rows.ts';
import type { TaskForWork } from './tasks.ts';

/** A workspace judgment to be written. Verdict canonical (a and b, never left and right). */
export type NewJudgment = {
	task: TaskForWork;
	verdict: string;
	durationMs: number | null;
	supersedesId: string | null;
	idempotencyKey: string | null;
	bodyHash: string;
	text: { salt: string; hash: string; rationale: string } | null;
};

/** Appends a judgment and, apart from it, its erasable text. */
export async function insert(tx: Tx, judgment: NewJudgment): Promise<string> {
	const { task } = judgment;
	const rows = await rowsOf<{ id: string }>(
		tx,
		sql`with judged as (
			insert into judgments (project_id, comparison_id, mode, task_id, origin, purpose, judge_kind, judge_user_id, verdict, supersedes_id, guideline_id, form_id, duration_ms, idempotency_key, body_hash, text_hash)
			values (${task.projectId}, ${task.comparisonId}, ${task.mode}, ${task.id}, 'workspace', ${task.purpose}, 'person', ${task.annotatorId}, ${judgment.verdict},
				${judgment.supersedesId}, ${task.guidelineId}, ${task.formId}, ${judgment.durationMs}, ${judgment.idempotencyKey}, ${judgment.bodyHash}, ${judgment.text?.hash ?? null})
			returning id),
		texts as (
			insert into judgment_texts (judgment_id, salt, rationale)
			select id, ${judgment.text?.salt ?? ''}, ${judgment.text?.rationale ?? null} from judged where ${judgment.text !== null}::boolean)
		select id from judged`
	);
	return rows[0]?.id ?? '';
}

/** What was answered to an idempotency key before. */
export async function byIdempotencyKey(tx: Tx, userId: string, key: string): Promise<{ id: string; bodyHash: string; counted: boolean } | null> {
	const rows = await rowsOf<{ id: string; body_hash: string; counted: boolean }>(
		tx,
		sql`select j.id, j.body_hash, exists (select 1 from slots s where s.judgment_id = j.id) as counted
			from judgments j where j.judge_user_id = ${userId} and j.idempotency_key = ${key}`
	);
	return rows[0] ? { id: rows[0].id, bodyHash: rows[0].body_hash, counted: rows[0].counted } : null;
}

/** A person's judgment of a comparison that stands: newest of its chain, not void. */
export async function standingOf(tx: Tx, comparisonId: string, userId: string): Promise<{ id: string; verdict: string; slotId: string | null } | null> {
	const rows = await rowsOf<{ id: string; verdict: string; slot_id: string | null }>(
		tx,
		sql`select j.id, j.verdict, s.id as slot_id from judgments j left join slots s on s.judgment_id = j.id
			where j.comparison_id = ${comparisonId} and j.judge_user_id = ${userId} and j.origin = 'workspace' and j.purpose = 'counting'
				and not exists (select 1 from judgments later where later.supersedes_id = j.id)
				and not exists (select 1 from judgment_voids v where v.judgment_id = j.id)`
	);
	return rows[0] ? { id: rows[0].id, verdict: rows[0].verdict, slotId: rows[0].slot_id } : null;
}

/** A judgment with what voiding it needs. */
export async function get(db: Executor, id: string): Promise<{ id: string; projectId: string; comparisonId: string; roundId: string; judgeUserId: string | null; isVoid: boolean } | null> {
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

/** Declares a judgment void; one that is void already stays as it was voided. */
export async function insertVoid(tx: Tx, judgmentId: string, of: { reason: string; note: string | null; byUserId: string }): Promise<void> {
	await tx.execute(sql`insert into judgment_voids (judgment_id, reason, note, by_user_id) values (${judgmentId}, ${of.reason}, ${of.note}, ${of.byUserId}) on conflict do nothing`);
}

/** Records that a person passed a comparison on. */
export async function insertSkip(tx: Tx, task: TaskForWork, reason: string): Promise<void> {
	await tx.execute(sql`insert into skips (comparison_id, user_id, task_id, reason) values (${task.comparisonId}, ${task.annotatorId}, ${task.id}, ${reason}) on conflict do nothing`);
}
