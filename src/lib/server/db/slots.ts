import { sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import type { Verdict } from '../../domain/verdict.ts';
import type { Executor, Tx } from './client.ts';
import { someoneIsLeft } from './comparisons.ts';
import { rowsOf } from './rows.ts';
import { mayBeGiven } from './walls.ts';

/** A place that may be leased now. */
export type FreeSlot = {
	id: string;
	comparisonId: string;
	contentHash: string;
	position: number;
	orderKey: number;
	/** Task whose lease lapsed there, if any. */
	lapsedTaskId: string | null;
};

/**
 * Whether an open place `s` may be leased to a person now: not held by a live
 * lease, the comparison still open, nothing of the person's there already (not as
 * gold either, nor as a reviewer who has read what others said), no wall before
 * it, and the skills it requires are theirs.
 * Scalar subqueries on purpose: a join or NOT EXISTS would let the planner read
 * everything the person ever judged before it looks at the first place.
 */
export function mayTake(userId: string | SQL): SQL {
	return sql`(s.task_id is null or (select t.expires_at from tasks t where t.id = s.task_id) <= now())
		and (select c.status in ('open', 'exhausted') and ${mayBeGiven(sql`m`, sql`c`, sql`p`)} from comparisons c join prompts p on p.id = c.prompt_id
			join memberships m on m.project_id = c.project_id and m.user_id = ${userId} where c.id = s.comparison_id)
		and (select true from slots mine where mine.comparison_id = s.comparison_id and mine.annotator_id = ${userId} and mine.id <> s.id limit 1) is null
		and (select true from skips k where k.comparison_id = s.comparison_id and k.user_id = ${userId} limit 1) is null
		and (select true from judgments j where j.comparison_id = s.comparison_id and j.judge_user_id = ${userId}
			and not exists (select 1 from judgment_voids v where v.judgment_id = j.id) limit 1) is null
		and (select true from tasks k where k.comparison_id = s.comparison_id and k.annotator_id = ${userId}
			and (k.purpose = 'adjudication' or k.purpose = 'gold' and k.state = 'live' and k.expires_at > now()) limit 1) is null`;
}

/** A place of a comparison, locked. `verdict` is that of the judgment that counts there. */
export type LockedSlot = { id: string; taskId: string | null; annotatorId: string | null; judgmentId: string | null; verdict: Verdict | null; free: boolean };

/** A person's judgment of a comparison that stands: newest of its chain, not void. */
export type Standing = { id: string; verdict: string; purpose: string };

/**
 * All places of a comparison in order of position, locked, the standing judgment
 * of one person there for a purpose (counting and gold are one: nobody judges a pair for both), and whether anybody else is left who may judge it. The
 * comparison itself must be locked before: until then others may still judge it.
 */
export async function lockAll(tx: Tx, comparisonId: string | SQL, userId: string | null = null, purpose: string | SQL = 'counting'): Promise<{ places: LockedSlot[]; standing: Standing | null; othersLeft: boolean }> {
	const rows = await rowsOf<{ id: string; task_id: string | null; annotator_id: string | null; judgment_id: string | null; free: boolean; counts: Verdict | null; standing_id: string | null; verdict: string | null; purpose: string | null; others_left: boolean | null }>(
		tx,
		sql`with locked as (select * from slots where comparison_id = ${comparisonId} order by position for update)
			select l.id, l.task_id, l.annotator_id, l.judgment_id,
				(l.judgment_id is null and (l.task_id is null or (select t.expires_at from tasks t where t.id = l.task_id) <= now())) as free,
				(select counting.verdict from judgments counting where counting.id = l.judgment_id) as counts, j.id as standing_id, j.verdict, j.purpose,
				case when l.position = 0 then ${someoneIsLeft({ id: sql`l.comparison_id`, projectId: sql`(select c.project_id from comparisons c where c.id = l.comparison_id)` }, userId)} end as others_left
			from locked l left join lateral (
				select j.id, j.verdict, j.purpose from judgments j
				where j.comparison_id = ${comparisonId} and j.judge_user_id = ${userId}::uuid and j.origin = 'workspace'
					and replace(j.purpose, 'gold', 'counting') = replace(${purpose}, 'gold', 'counting')
					and not exists (select 1 from judgments later where later.supersedes_id = j.id)
					and not exists (select 1 from judgment_voids v where v.judgment_id = j.id)
				order by j.purpose = ${purpose} desc limit 1) j on l.position = 0
			order by l.position`
	);
	const first = rows[0];
	return {
		places: rows.map((row) => ({ id: row.id, taskId: row.task_id, annotatorId: row.annotator_id, judgmentId: row.judgment_id, verdict: row.counts, free: row.free })),
		standing: first?.standing_id ? { id: first.standing_id, verdict: first.verdict ?? '', purpose: first.purpose ?? '' } : null,
		othersLeft: first?.others_left === true
	};
}

/** Points a place at the judgment that counts, for the person who made it. */
export async function fill(tx: Tx, slotId: string, filled: { judgmentId: string; taskId: string | null; annotatorId: string }): Promise<void> {
	await tx.execute(sql`update slots set judgment_id = ${filled.judgmentId}, task_id = ${filled.taskId}, annotator_id = ${filled.annotatorId} where id = ${slotId}`);
}

/** Empties a place: nobody holds it and nothing counts there. */
export async function release(tx: Tx, slotId: string): Promise<void> {
	await tx.execute(sql`update slots set judgment_id = null, task_id = null, annotator_id = null where id = ${slotId}`);
}

/**
 * Judgments that came too late to count but stand: by people without a place in
 * this comparison, not void, not superseded, with a verdict that counts. Oldest first.
 */
export async function surplus(tx: Tx, comparisonId: string): Promise<{ judgmentId: string; taskId: string | null; annotatorId: string }[]> {
	const rows = await rowsOf<{ id: string; task_id: string | null; judge_user_id: string }>(
		tx,
		sql`select j.id, j.task_id, j.judge_user_id from judgments j
			where j.comparison_id = ${comparisonId} and j.origin = 'workspace' and j.purpose = 'counting' and j.verdict <> 'cannot_judge'
				and not exists (select 1 from judgments later where later.supersedes_id = j.id)
				and not exists (select 1 from judgment_voids v where v.judgment_id = j.id)
				and not exists (select 1 from slots s where s.comparison_id = j.comparison_id and s.annotator_id = j.judge_user_id and s.judgment_id is not null)
			order by j.id`
	);
	return rows.map((row) => ({ judgmentId: row.id, taskId: row.task_id, annotatorId: row.judge_user_id }));
}

/** Open places whose lease lapsed while a judgment that came too late waits for one: nobody may be left to claim them. */
export async function lapsedWithSurplus(db: Executor): Promise<{ comparisonId: string; roundId: string; userId: string }[]> {
	const rows = await rowsOf<{ comparison_id: string; round_id: string; judge_user_id: string }>(
		db,
		sql`select distinct on (s.comparison_id) s.comparison_id, s.round_id, j.judge_user_id from tasks t
			join slots s on s.task_id = t.id and s.judgment_id is null
			join judgments j on j.comparison_id = s.comparison_id and j.origin = 'workspace' and j.purpose = 'counting' and j.verdict <> 'cannot_judge'
			where t.state = 'live' and t.expires_at <= now()
				and not exists (select 1 from judgments later where later.supersedes_id = j.id)
				and not exists (select 1 from judgment_voids v where v.judgment_id = j.id)
				and not exists (select 1 from slots own where own.comparison_id = j.comparison_id and own.annotator_id = j.judge_user_id and own.judgment_id is not null)
			order by s.comparison_id, j.id limit 500`
	);
	return rows.map((row) => ({ comparisonId: row.comparison_id, roundId: row.round_id, userId: row.judge_user_id }));
}
