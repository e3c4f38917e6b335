import { sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import type { Executor } from './client.ts';
import { questionLine } from './history.ts';
import { isoTime, rowsOf } from './rows.ts';
import { maySee } from './walls.ts';

/** Verdicts that say something of two answers. */
type Verdict = 'a' | 'b' | 'tie' | 'both_bad';

/** A comparison of two checkpoints' answers, with the judgments that count; no word of prompt or answer. */
export type RankedPair = { a: string; b: string; responseA: string; responseB: string; group: string; propensity: number; judgments: { judge: string; verdict: Verdict }[] };

/** Pairs of two checkpoints' answers on prompts of these splits, with places that hold a counting judgment (semantics 10, 21: test prompts measure). */
const compared = (projectId: string, split: SQL): SQL => sql`comparisons c
	join responses ra on ra.id = c.response_a_id and ra.prompt_id = c.prompt_id and ra.source = 'checkpoint' join responses rb on rb.id = c.response_b_id and rb.prompt_id = c.prompt_id and rb.source = 'checkpoint'
	join prompts p on p.id = c.prompt_id join prompt_groups g on g.id = p.group_id and ${split}
	where c.project_id = ${projectId} and c.mode = 'pair' and c.filled > 0 and ra.source_ref <> rb.source_ref`;

/** Every pair of two checkpoints' answers on a test prompt that somebody judged, whatever policy chose it, in an order that follows from content. */
export async function judged(db: Executor, projectId: string): Promise<RankedPair[]> {
	return rowsOf<RankedPair>(
		db,
		sql`select ra.source_ref as a, rb.source_ref as b, ra.id as "responseA", rb.id as "responseB", g.id as "group", c.propensity,
				(select jsonb_agg(jsonb_build_object('judge', j.judge_user_id, 'verdict', j.verdict) order by s.position) from slots s join judgments j on j.id = s.judgment_id where s.comparison_id = c.id) as judgments
			from ${compared(projectId, sql`g.split = 'test'`)} order by c.content_hash, c.id`
	);
}

/** Counting judgments of two checkpoints' answers on other prompts: they train, tune and rank nothing. */
export async function judgedElsewhere(db: Executor, projectId: string): Promise<number> {
	const rows = await rowsOf<{ n: number }>(db, sql`select coalesce(sum(c.filled), 0)::int as n from ${compared(projectId, sql`g.split <> 'test'`)}`);
	return rows[0]?.n ?? 0;
}

/** A judgment behind a checkpoint's place, from that checkpoint's side. */
export type RankedJudgment = { id: string; question: string; round: number; against: { id: string; name: string }; said: 'better' | 'worse' | 'tie' | 'both_bad'; createdAt: string };

type Row = { id: string; question: string; round: number; other_id: string; other_name: string; own_side: 'a' | 'b'; verdict: Verdict; created_at: string };

/** Counting judgments in which a checkpoint's answer was compared (with another's, if named). */
const behind = (of: { projectId: string; checkpointId: string; againstId: string | null }): SQL => sql`${compared(of.projectId, sql`g.split = 'test'`)}
	and ${of.checkpointId} in (ra.source_ref, rb.source_ref) and (${of.againstId}::text is null or ${of.againstId} in (ra.source_ref, rb.source_ref))`;

/** Whether a comparison is decided: who may still judge or adjudicate it must not read here whose answer others preferred. */
const decided = sql`c.status not in ('open', 'exhausted') and not c.disputed`;

/** A page of them, newest first, of comparisons that are decided and that no wall keeps from the viewer; `hidden` and `undecided` say how many others there are. */
export async function behindPlace(db: Executor, of: { projectId: string; checkpointId: string; againstId: string | null; viewer: string; cursor: string | null; limit: number }): Promise<{ judgments: RankedJudgment[]; hidden: number; undecided: number }> {
	const rows = await rowsOf<Row>(
		db,
		sql`select found.*, ${questionLine} as question from (
				select j.id, r.number as round, c.prompt_id, k.id as other_id, k.name as other_name, case when ra.source_ref = ${of.checkpointId} then 'a' else 'b' end as own_side, j.verdict, j.created_at
				from (select c.id as comparison_id, case when ra.source_ref = ${of.checkpointId} then rb.source_ref else ra.source_ref end as other from ${behind(of)} and ${maySee(of.viewer)} and ${decided}) x
				join comparisons c on c.id = x.comparison_id join responses ra on ra.id = c.response_a_id join rounds r on r.id = c.round_id join checkpoints k on k.id = x.other::uuid
				join slots s on s.comparison_id = c.id join judgments j on j.id = s.judgment_id
				where (${of.cursor}::uuid is null or j.id < ${of.cursor}::uuid) order by j.id desc limit ${of.limit}) found
			join prompt_texts pt on pt.prompt_id = found.prompt_id order by found.id desc`
	);
	const [others] = await rowsOf<{ hidden: number; undecided: number }>(
		db,
		sql`select coalesce(sum(c.filled) filter (where not ${maySee(of.viewer)}), 0)::int as hidden, coalesce(sum(c.filled) filter (where ${maySee(of.viewer)} and not (${decided})), 0)::int as undecided from ${behind(of)}`
	);
	const said = ({ own_side, verdict }: Row): RankedJudgment['said'] => (verdict === 'tie' || verdict === 'both_bad' ? verdict : verdict === own_side ? 'better' : 'worse');
	return {
		judgments: rows.map((row) => ({ id: row.id, question: row.question, round: row.round, against: { id: row.other_id, name: row.other_name }, said: said(row), createdAt: isoTime(row.created_at) })),
		hidden: others?.hidden ?? 0,
		undecided: others?.undecided ?? 0
	};
}
