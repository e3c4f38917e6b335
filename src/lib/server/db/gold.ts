import { sql } from 'drizzle-orm';
import type { CountingVerdict } from '../../domain/verdict.ts';
import type { Executor, Tx } from './client.ts';
import { rowsOf } from './rows.ts';
import { maySee, mayBeGiven } from './walls.ts';

/** A comparison that a person may be given apart from its places, and the side order of a first time, if there was one. */
export type ApartCandidate = { comparisonId: string; contentHash: string; sideOrder: 'ab' | 'ba' | null };

type CandidateRow = { id: string; content_hash: string; side_order: 'ab' | 'ba' | null };

const candidate = (rows: CandidateRow[]): ApartCandidate | null => (rows[0] ? { comparisonId: rows[0].id, contentHash: rows[0].content_hash, sideOrder: rows[0].side_order } : null);

/** No live lease of the person's there, for whatever purpose. */
const notHeld = (userId: string) => sql`not exists (select 1 from tasks t where t.comparison_id = c.id and t.annotator_id = ${userId} and t.state = 'live' and t.expires_at > now())`;

/** The next gold item in stored random order that this person has neither seen nor may not see; warm-up items only, or the others. */
export async function nextGold(tx: Tx, of: { projectId: string; userId: string; warmUp: boolean }): Promise<ApartCandidate | null> {
	return candidate(
		await rowsOf<CandidateRow>(
			tx,
			sql`select c.id, c.content_hash, null as side_order from gold_items g join comparisons c on c.id = g.comparison_id join prompts p on p.id = c.prompt_id
				join memberships m on m.project_id = g.project_id and m.user_id = ${of.userId}
				where g.project_id = ${of.projectId} and g.retired_at is null and g.is_warm_up = ${of.warmUp} and ${mayBeGiven(sql`m`, sql`c`, sql`p`)} and ${notHeld(of.userId)}
					and not exists (select 1 from skips k where k.comparison_id = c.id and k.user_id = ${of.userId})
					and not exists (select 1 from judgments j where j.comparison_id = c.id and j.judge_user_id = ${of.userId})
				order by g.order_key limit 1`
		)
	);
}

/** An own judgment that counts or is surplus, with at least so many other tasks of the person's since, not repeated before: the newest such. */
export async function nextRepeat(tx: Tx, of: { projectId: string; roundId: string; userId: string; after: number }): Promise<ApartCandidate | null> {
	return candidate(
		await rowsOf<CandidateRow>(
			tx,
			sql`select c.id, c.content_hash, t.side_order from judgments j join tasks t on t.id = j.task_id join comparisons c on c.id = j.comparison_id join prompts p on p.id = c.prompt_id
				where t.annotator_id = ${of.userId} and t.round_id = ${of.roundId} and t.state = 'done' and j.purpose = 'counting' and j.verdict <> 'cannot_judge'
					and ${maySee(of.userId)} and ${notHeld(of.userId)}
					and not exists (select 1 from judgments later where later.supersedes_id = j.id)
					and not exists (select 1 from judgment_voids v where v.judgment_id = j.id)
					and not exists (select 1 from tasks again where again.comparison_id = c.id and again.annotator_id = ${of.userId} and again.purpose = 'repeat')
					and t.id <= (select far.id from tasks far where far.annotator_id = ${of.userId} and far.round_id = ${of.roundId} order by far.id desc offset ${of.after} limit 1)
				order by t.id desc limit 1`
		)
	);
}

/** How many gold items the person has judged in the project. */
export async function judgedBy(db: Executor, projectId: string, userId: string): Promise<number> {
	const rows = await rowsOf<{ n: number }>(
		db,
		sql`select count(distinct j.comparison_id)::int as n from gold_items g join judgments j on j.comparison_id = g.comparison_id and j.judge_user_id = ${userId} and j.purpose = 'gold'
			where g.project_id = ${projectId}`
	);
	return rows[0]?.n ?? 0;
}

/** What is known of a gold item, by its comparison; null: it is none. */
export type GoldKey = { verdict: CountingVerdict; acceptsTie: boolean; explanation: string | null; isWarmUp: boolean };

export async function keyOf(db: Executor, comparisonId: string): Promise<GoldKey | null> {
	const rows = await rowsOf<{ verdict: CountingVerdict; tie_is_right: boolean; explanation: string | null; is_warm_up: boolean }>(
		db,
		sql`select verdict, tie_is_right, explanation, is_warm_up from gold_items where comparison_id = ${comparisonId}`
	);
	const row = rows[0];
	return row ? { verdict: row.verdict, acceptsTie: row.tie_is_right, explanation: row.explanation, isWarmUp: row.is_warm_up } : null;
}
