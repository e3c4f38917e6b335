import { sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import type { Strength } from '../../domain/judging-form.ts';
import type { Rewrite } from '../../domain/rewrite.ts';
import { withNotes } from '../../domain/span.ts';
import type { Span, SpanNotes } from '../../domain/span.ts';
import type { Verdict } from '../../domain/verdict.ts';
import type { Executor, Tx } from './client.ts';
import { isoTime, rowsOf } from './rows.ts';
import { maySee, maySeeComparison } from './walls.ts';

const newestRound = (projectId: string) => sql`(select id from rounds where project_id = ${projectId} order by number desc limit 1)`;

/** Whether this person may adjudicate comparison `c`: not walled off, judged it in no way that stands, and does not have it on their desk. */
const mayAdjudicate = (userId: string) => sql`${maySee(userId)}
	and not exists (select 1 from judgments j where j.comparison_id = c.id and j.judge_user_id = ${userId} and not exists (select 1 from judgment_voids v where v.judgment_id = j.id))
	and not exists (select 1 from tasks own where own.comparison_id = c.id and own.annotator_id = ${userId} and own.purpose <> 'adjudication' and own.state = 'live' and own.expires_at > now())`;

/** Whether no other reviewer holds comparison `c`, or the one that is named: what lies on one's own desk waits for oneself. */
export const notTaken = (userId: string, comparisonId: string | SQL = sql`c.id`) => sql`not exists (select 1 from tasks t where t.comparison_id = ${comparisonId} and t.annotator_id <> ${userId} and t.purpose = 'adjudication' and t.state = 'live' and t.expires_at > now())`;

/** The next comparison of the newest round that waits for a decision by somebody who did not judge it, locked; disputed ones first. */
export async function next(tx: Tx, projectId: string, userId: string): Promise<{ comparisonId: string; contentHash: string; roundId: string } | null> {
	for (const waits of [sql`c.disputed`, sql`c.status = 'exhausted'`]) {
		const rows = await rowsOf<{ id: string; content_hash: string; round_id: string }>(
			tx,
			sql`select c.id, c.content_hash, c.round_id from comparisons c join prompts p on p.id = c.prompt_id
				where c.round_id = ${newestRound(projectId)} and ${waits} and ${mayAdjudicate(userId)} and ${notTaken(userId)}
				order by c.order_key limit 1 for no key update of c skip locked`
		);
		if (rows[0]) return { comparisonId: rows[0].id, contentHash: rows[0].content_hash, roundId: rows[0].round_id };
	}
	return null;
}

/** A person's live adjudication in a project. */
export async function liveOf(tx: Tx, projectId: string, userId: string): Promise<string | null> {
	const rows = await rowsOf<{ id: string }>(
		tx,
		sql`select t.id from tasks t join comparisons c on c.id = t.comparison_id where t.annotator_id = ${userId} and t.project_id = ${projectId} and t.purpose = 'adjudication'
			and t.state = 'live' and t.expires_at > now() and (c.disputed or c.status = 'exhausted') order by t.id limit 1`
	);
	return rows[0]?.id ?? null;
}

/** Takes from a person the adjudications that they hold in a project: other reviewers may have the pairs now. Returns how many. */
export async function release(tx: Tx, projectId: string, userId: string): Promise<number> {
	const rows = await rowsOf<{ id: string }>(
		tx,
		sql`update tasks set state = 'lost', expires_at = now()
			where annotator_id = ${userId} and project_id = ${projectId} and purpose = 'adjudication' and state = 'live' and expires_at > now() returning id`
	);
	return rows.length;
}

/** What lies before who adjudicates: a judgment that counts or abstains, canonical. */
export type JudgmentBefore = {
	id: string;
	judgeId: string;
	judge: string;
	verdict: Verdict;
	strength: Strength | null;
	criteria: Record<string, string> | null;
	reasons: string[] | null;
	spans: Span[] | null;
	rationale: string | null;
	rewrite: Rewrite | null;
	counts: boolean;
	createdAt: string;
};

/** Judgments of a comparison that stand: those that count first, then those that came too late and those who could not judge. */
export async function judgmentsBefore(db: Executor, comparisonId: string): Promise<JudgmentBefore[]> {
	const rows = await rowsOf<{ id: string; judge_user_id: string; name: string; verdict: Verdict; strength: Strength | null; criteria: Record<string, string> | null; reasons: string[] | null; spans: Span[] | null; span_notes: SpanNotes | null; rationale: string | null; rewrite: Rewrite | null; counting: boolean; created_at: string }>(
		db,
		sql`select j.id, j.judge_user_id, u.name, j.verdict, j.strength, j.criteria, j.reasons, j.spans, x.rationale, x.rewrite, x.span_notes, j.created_at,
				exists (select 1 from slots s where s.judgment_id = j.id) as counting
			from judgments j join user_profiles u on u.user_id = j.judge_user_id left join judgment_texts x on x.judgment_id = j.id
			where j.comparison_id = ${comparisonId} and j.origin = 'workspace' and j.purpose = 'counting'
				and not exists (select 1 from judgments later where later.supersedes_id = j.id)
				and not exists (select 1 from judgment_voids v where v.judgment_id = j.id)
			order by counting desc, j.id`
	);
	return rows.map((row) => ({
		id: row.id,
		judgeId: row.judge_user_id,
		judge: row.name,
		verdict: row.verdict,
		strength: row.strength,
		criteria: row.criteria,
		reasons: row.reasons,
		spans: withNotes(row.spans, row.span_notes),
		rationale: row.rationale,
		rewrite: row.rewrite,
		counts: row.counting,
		createdAt: isoTime(row.created_at)
	}));
}

/** Writes what came of an adjudication and which judgments lay before it. */
export async function insert(tx: Tx, of: { projectId: string; comparisonId: string; taskId: string; judgmentId: string | null; byUserId: string; before: readonly string[] }): Promise<string> {
	const rows = await rowsOf<{ id: string }>(
		tx,
		sql`insert into adjudications (project_id, comparison_id, task_id, outcome, judgment_id, by_user_id)
			values (${of.projectId}, ${of.comparisonId}, ${of.taskId}, ${of.judgmentId === null ? 'sent_back' : 'decided'}, ${of.judgmentId}::uuid, ${of.byUserId}) returning id`
	);
	const id = rows[0]?.id ?? '';
	for (const judgmentId of of.before) await tx.execute(sql`insert into adjudicated_judgments (adjudication_id, judgment_id) values (${id}, ${judgmentId})`);
	return id;
}

/** What came of an adjudication task; null: nothing yet. */
export async function outcomeOf(db: Executor, taskId: string): Promise<'decided' | 'sent_back' | null> {
	const rows = await rowsOf<{ outcome: 'decided' | 'sent_back' }>(db, sql`select outcome from adjudications where task_id = ${taskId}`);
	return rows[0]?.outcome ?? null;
}

/** Closes a comparison that nobody was left to judge, after a reviewer decided. */
export async function close(tx: Tx, comparisonId: string): Promise<void> {
	await tx.execute(sql`update comparisons set status = 'closed' where id = ${comparisonId} and status = 'exhausted'`);
}

/**
 * How many comparisons of the newest round wait for a decision: all that the
 * person may see, those that they themselves may decide, and those that lie with
 * their judges. Each is counted up to `most`: no more rows are read than that takes.
 */
export async function waiting(db: Executor, of: { projectId: string; userId: string; most: number }): Promise<{ all: number; mine: number; sentBack: number }> {
	const { projectId, userId } = of;
	const most = sql.raw(String(of.most));
	const round = newestRound(projectId);
	const waits = (which: SQL) => sql`(select count(*)::int from (
		select 1 from (
			select c.id, c.prompt_id, c.response_a_id, c.response_b_id from comparisons c where c.round_id = ${round} and c.disputed
			union all select c.id, c.prompt_id, c.response_a_id, c.response_b_id from comparisons c where c.round_id = ${round} and c.status = 'exhausted' and not c.disputed) c
		join prompts p on p.id = c.prompt_id where ${which} limit ${most}) x)`;
	const rows = await rowsOf<{ all_of: number; mine: number; sent_back: number }>(
		db,
		sql`select ${waits(maySee(userId))} as all_of, ${waits(sql`${mayAdjudicate(userId)} and ${notTaken(userId)}`)} as mine,
			(select count(*)::int from (
				select 1 from adjudications newest join comparisons sent on sent.id = newest.comparison_id
				where newest.project_id = ${projectId} and newest.outcome = 'sent_back' and not exists (select 1 from adjudications later where later.comparison_id = newest.comparison_id and later.id > newest.id)
					and sent.status = 'complete' and not sent.disputed and sent.round_id = ${round} and ${maySeeComparison(userId, sql`sent`)}
					-- Judged otherwise since, it is settled.
					and not exists (select 1 from slots s where s.comparison_id = sent.id and s.judgment_id is not null
						and s.judgment_id not in (select aj.judgment_id from adjudicated_judgments aj where aj.adjudication_id = newest.id)) limit ${most}) x) as sent_back`
	);
	return { all: rows[0]?.all_of ?? 0, mine: rows[0]?.mine ?? 0, sentBack: rows[0]?.sent_back ?? 0 };
}

/** How many counting judgments before a decision it differs from. */
export async function overturnedBy(db: Executor, judgmentId: string): Promise<number> {
	const rows = await rowsOf<{ n: number }>(db, sql`select count(*)::int as n from notifications n join adjudications a on a.id = n.subject_id where a.judgment_id = ${judgmentId} and n.kind = 'overturned'`);
	return rows[0]?.n ?? 0;
}
