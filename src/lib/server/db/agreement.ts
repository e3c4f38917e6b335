import { sql } from 'drizzle-orm';
import type { SideOrder } from '../../domain/presentation.ts';
import type { Verdict } from '../../domain/verdict.ts';
import type { Strength } from '../../domain/judging-form.ts';
import type { Executor } from './client.ts';
import { rowsOf } from './rows.ts';

/** What one person said of one comparison, as agreement reads it. */
export type StandingJudgment = { group: string; comparison: string; judge: string; verdict: Verdict; strength: Strength | null; sideOrder: SideOrder; seconds: number | null };

type Row = { group_id: string; comparison_id: string; judge: string; verdict: Verdict | null; strength: Strength | null; side_order: SideOrder; duration_ms: number | null };

/**
 * Judgments by people of a project (of one round, if given) that stand: newest of
 * their chain and not void, counting or surplus. With a criterion, its verdict
 * stands in the place of the judgment's, and who gave none is left out.
 */
export async function standingJudgments(db: Executor, of: { projectId: string; roundId: string | null; criterion: string | null }): Promise<StandingJudgment[]> {
	const rows = await rowsOf<Row>(
		db,
		sql`select p.group_id, j.comparison_id, j.judge_user_id as judge, t.side_order, j.duration_ms,
				${of.criterion === null ? sql`j.verdict, j.strength` : sql`j.criteria->>${of.criterion}::text as verdict, null as strength`}
			from judgments j join tasks t on t.id = j.task_id join comparisons c on c.id = j.comparison_id join prompts p on p.id = c.prompt_id
			where j.project_id = ${of.projectId} and (${of.roundId}::uuid is null or c.round_id = ${of.roundId}::uuid)
				and j.origin = 'workspace' and j.purpose = 'counting'
				and not exists (select 1 from judgments later where later.supersedes_id = j.id)
				and not exists (select 1 from judgment_voids v where v.judgment_id = j.id)
			order by j.id`
	);
	return rows.flatMap((row) =>
		row.verdict === null ? [] : [{ group: row.group_id, comparison: row.comparison_id, judge: row.judge, verdict: row.verdict, strength: row.strength, sideOrder: row.side_order, seconds: row.duration_ms === null ? null : row.duration_ms / 1000 }]
	);
}

/** Keys of criteria that any form of the project ever asked for, with the newest name each had. */
export async function criteriaEver(db: Executor, projectId: string): Promise<{ key: string; name: string }[]> {
	return rowsOf<{ key: string; name: string }>(
		db,
		sql`select distinct on (c.value->>'key') c.value->>'key' as key, c.value->>'name' as name
			from judging_forms f cross join lateral jsonb_array_elements(f.form->'criteria') c where f.project_id = ${projectId} order by 1, f.version desc`
	);
}
