import { sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import type { GoldAnswer } from '../../domain/agreement/gold-accuracy.ts';
import type { RepeatedVerdict } from '../../domain/agreement/self-consistency.ts';
import type { SideOrder } from '../../domain/presentation.ts';
import type { CountingVerdict, Verdict } from '../../domain/verdict.ts';
import type { Strength } from '../../domain/judging-form.ts';
import type { Executor } from './client.ts';
import { rowsOf } from './rows.ts';
import { maySee } from './walls.ts';

/** What one person said of one comparison, as agreement reads it. */
export type StandingJudgment = { group: string; comparison: string; judge: string; verdict: Verdict; strength: Strength | null; sideOrder: SideOrder; seconds: number | null };

/** Whose agreement is asked for, and by whom: nothing behind a wall for the viewer is counted. */
export type AgreementScope = {
	projectId: string;
	viewer: string;
	roundId: string | null;
	/** Its verdict stands in the place of the judgment's, and who gave none is left out. */
	criterion: string | null;
};

const within = (of: AgreementScope): SQL => sql`j.project_id = ${of.projectId} and (${of.roundId}::uuid is null or c.round_id = ${of.roundId}::uuid) and j.origin = 'workspace' and ${maySee(of.viewer)}`;
const stands = sql`not exists (select 1 from judgments later where later.supersedes_id = j.id) and not exists (select 1 from judgment_voids v where v.judgment_id = j.id)`;
const said = (criterion: string | null, j: SQL): SQL => (criterion === null ? sql`${j}.verdict` : sql`${j}.criteria->>${criterion}::text`);

/**
 * Judgments by people of a project (of one round, if given) that stand: newest of
 * their chain and not void, counting or surplus; only of comparisons that one
 * person judged, if named. Oldest first.
 */
export async function standingJudgments(db: Executor, of: AgreementScope & { sharedWith?: string }): Promise<StandingJudgment[]> {
	const verdict = said(of.criterion, sql`j`);
	// Under the names that they are read by: a hundred thousand rows need not be written anew.
	return rowsOf<StandingJudgment>(
		db,
		sql`select p.group_id as "group", j.comparison_id as comparison, j.judge_user_id as judge, ${verdict} as verdict, ${of.criterion === null ? sql`j.strength` : sql`null::text`} as strength, t.side_order as "sideOrder", j.duration_ms::float8 / 1000 as seconds
			from judgments j join tasks t on t.id = j.task_id join comparisons c on c.id = j.comparison_id join prompts p on p.id = c.prompt_id
			where ${within(of)} and j.purpose = 'counting' and ${stands} and ${verdict} is not null
				${of.sharedWith === undefined ? sql`` : sql`and j.comparison_id in (select own.comparison_id from judgments own where own.judge_user_id = ${of.sharedWith} and own.project_id = ${of.projectId} and own.purpose = 'counting')`}
			order by j.id`
	);
}

/**
 * All that one person said at the desk and that stands, gold and repeats with the
 * rest: a figure of theirs that moved with some of it alone would tell which.
 */
export async function saidBy(db: Executor, of: { projectId: string; userId: string }): Promise<Omit<StandingJudgment, 'strength' | 'judge'>[]> {
	return rowsOf<Omit<StandingJudgment, 'strength' | 'judge'>>(
		db,
		sql`select p.group_id as "group", j.comparison_id as comparison, j.verdict, t.side_order as "sideOrder", j.duration_ms::float8 / 1000 as seconds
			from judgments j join tasks t on t.id = j.task_id join comparisons c on c.id = j.comparison_id join prompts p on p.id = c.prompt_id
			where ${within({ projectId: of.projectId, viewer: of.userId, roundId: null, criterion: null })} and j.judge_user_id = ${of.userId} and j.purpose <> 'adjudication' and ${stands} order by j.id`
	);
}

/** Standing repeats, each beside what the same person's judgment was when the repeat was given to them; of one person, if named. */
export async function repeats(db: Executor, of: AgreementScope & { userId?: string }): Promise<RepeatedVerdict[]> {
	const rows = await rowsOf<{ group_id: string; first: Verdict | null; again: Verdict | null }>(
		db,
		sql`select p.group_id, ${said(of.criterion, sql`first`)} as first, ${said(of.criterion, sql`j`)} as again
			from judgments j join tasks t on t.id = j.task_id join comparisons c on c.id = j.comparison_id join prompts p on p.id = c.prompt_id
			join lateral (select f.verdict, f.criteria from judgments f where f.comparison_id = j.comparison_id and f.judge_user_id = j.judge_user_id and f.origin = 'workspace' and f.purpose = 'counting'
				and f.created_at <= t.created_at and not exists (select 1 from judgment_voids v where v.judgment_id = f.id) order by f.id desc limit 1) first on true
			where ${within(of)} and j.purpose = 'repeat' and ${stands} ${of.userId === undefined ? sql`` : sql`and j.judge_user_id = ${of.userId}`} order by j.id`
	);
	return rows.flatMap(({ group_id, first, again }) => (first === null || again === null ? [] : [{ group: group_id, first, again }]));
}

/**
 * Answers to gold items in use, oldest first; of one person, if named. The first
 * of each chain: what is corrected after somebody was told, or thought it over,
 * is no longer what they knew.
 */
export async function goldAnswers(db: Executor, of: Omit<AgreementScope, 'criterion'> & { userId?: string }): Promise<GoldAnswer[]> {
	const rows = await rowsOf<{ group_id: string; verdict: Verdict; right: CountingVerdict; tie_is_right: boolean }>(
		db,
		sql`select p.group_id, j.verdict, i.verdict as "right", i.tie_is_right
			from judgments j join gold_items i on i.comparison_id = j.comparison_id join comparisons c on c.id = j.comparison_id join prompts p on p.id = c.prompt_id
			where ${within({ ...of, criterion: null })} and j.purpose = 'gold' and j.supersedes_id is null and i.retired_at is null
				and not exists (select 1 from judgment_voids v where v.judgment_id = j.id) ${of.userId === undefined ? sql`` : sql`and j.judge_user_id = ${of.userId}`} order by j.id`
	);
	return rows.map((row) => ({ group: row.group_id, verdict: row.verdict, gold: { verdict: row.right, acceptsTie: row.tie_is_right } }));
}

/** Keys of criteria that any form of the project ever asked for, with the newest name each had. */
export async function criteriaEver(db: Executor, projectId: string): Promise<{ key: string; name: string }[]> {
	return rowsOf<{ key: string; name: string }>(
		db,
		sql`select distinct on (c.value->>'key') c.value->>'key' as key, c.value->>'name' as name
			from judging_forms f cross join lateral jsonb_array_elements(f.form->'criteria') c where f.project_id = ${projectId} order by 1, f.version desc`
	);
}
