import { sql } from 'drizzle-orm';
import type { JudgeVerdict } from '../../domain/suite/judge-question.ts';
import type { Message } from '../../domain/message.ts';
import type { Executor, Tx } from './client.ts';
import { rowsOf } from './rows.ts';

/** Verdicts that there are to these questions, by key. Questions without one are not among them. */
export async function verdicts(db: Executor, projectId: string, keys: readonly string[]): Promise<Map<string, JudgeVerdict>> {
	const rows = await rowsOf<{ key: string; verdict: JudgeVerdict }>(db, sql`select key, verdict from judge_answers where project_id = ${projectId} and verdict is not null and key in (select jsonb_array_elements_text(${JSON.stringify(keys)}::jsonb))`);
	return new Map(rows.map(({ key, verdict }) => [key, verdict]));
}

/** Why these questions have no verdict, most frequent first; those that were never put are not among them. */
export async function missedByCode(db: Executor, projectId: string, keys: readonly string[]): Promise<{ code: string; n: number }[]> {
	const rows = await rowsOf<{ code: string; n: string }>(db, sql`select missed as code, count(*) as n from judge_answers where project_id = ${projectId} and missed is not null and key in (select jsonb_array_elements_text(${JSON.stringify(keys)}::jsonb)) group by 1 order by 2 desc, 1`);
	return rows.map(({ code, n }) => ({ code, n: Number(n) }));
}

/** Who was asked: an endpoint, or a reward model. */
export type AskedOf = { endpointId: string } | { checkpointId: string };

/** Keeps what a judge said, or why it said nothing. A verdict stays; a miss makes way for what comes later. */
export async function put(tx: Tx, of: { projectId: string; key: string; promptId: string } & AskedOf & ({ verdict: JudgeVerdict; reason: string } | { missed: string })): Promise<void> {
	const { verdict, reason, missed, endpointId, checkpointId } = { verdict: null, reason: null, missed: null, endpointId: null, checkpointId: null, ...of };
	await tx.execute(sql`insert into judge_answers (project_id, key, prompt_id, endpoint_id, checkpoint_id, verdict, reason, missed)
		values (${of.projectId}, ${of.key}, ${of.promptId}, ${endpointId}, ${checkpointId}, ${verdict}, ${reason}, ${missed})
		on conflict (project_id, key) do update set verdict = excluded.verdict, reason = excluded.reason, missed = excluded.missed, created_at = now() where judge_answers.verdict is null`);
}

/** A comparison on a dev prompt that at least two people judged. */
export type DevComparison = { comparisonId: string; promptId: string; group: string; messages: Message[]; a: string; b: string; votes: { person: string; verdict: 'a' | 'b' | 'tie' | 'both_bad' }[] };

/** Comparisons of two answers on dev prompts with what people said, in the order of their content: what a judge is calibrated on (semantics 10, 25). */
export async function devComparisons(db: Executor, projectId: string, limit: number): Promise<DevComparison[]> {
	const rows = await rowsOf<{ id: string; prompt_id: string; group: string; messages: Message[]; a: string | null; b: string | null; votes: DevComparison['votes'] }>(
		db,
		sql`select c.id, c.prompt_id, g.key as "group", t.messages, ta.messages -> -1 ->> 'content' as a, tb.messages -> -1 ->> 'content' as b, v.votes
			from comparisons c join prompts p on p.id = c.prompt_id join prompt_groups g on g.id = p.group_id join prompt_texts t on t.prompt_id = p.id
			join response_texts ta on ta.response_id = c.response_a_id join response_texts tb on tb.response_id = c.response_b_id
			cross join lateral (select jsonb_agg(jsonb_build_object('person', j.judge_user_id, 'verdict', j.verdict) order by s.position) as votes, count(*) as n
				from slots s join judgments j on j.id = s.judgment_id where s.comparison_id = c.id and j.judge_user_id is not null) v
			where c.project_id = ${projectId} and c.mode = 'pair' and c.status <> 'gold' and g.split = 'dev' and v.n >= 2 order by c.content_hash limit ${limit}`
	);
	return rows.map(({ id, prompt_id: promptId, a, b, ...row }) => ({ ...row, comparisonId: id, promptId, a: a ?? '', b: b ?? '' }));
}
