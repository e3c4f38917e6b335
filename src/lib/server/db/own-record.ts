import { sql } from 'drizzle-orm';
import type { Executor } from './client.ts';
import { isoTime, rowsOf } from './rows.ts';

/** What one person did, first judgments only: who changes their mind has not judged twice. */
export type OwnHour = { start: string; judged: number; seconds: number };

/** A person's judgments by the hour, over the last days: days begin where the reader is. */
export async function hours(db: Executor, of: { projectId: string; userId: string; days: number }): Promise<OwnHour[]> {
	const rows = await rowsOf<{ start: string; judged: number; seconds: number }>(
		db,
		sql`select date_trunc('hour', created_at, 'UTC') as start, count(*) filter (where supersedes_id is null)::int as judged, (coalesce(sum(duration_ms), 0) / 1000)::float8 as seconds
			from judgments where judge_user_id = ${of.userId} and project_id = ${of.projectId} and origin = 'workspace' and created_at > now() - make_interval(days => ${of.days})
			group by 1 order by 1`
	);
	return rows.map((row) => ({ start: isoTime(row.start), judged: row.judged, seconds: row.seconds }));
}

/** A person's tallies over all rounds of a project. */
export async function totals(db: Executor, of: { projectId: string; userId: string }): Promise<{ judged: number; cannotJudge: number; skipped: number; seconds: number }> {
	const rows = await rowsOf<{ judged: number; cannot_judge: number; skipped: number; seconds: number }>(
		db,
		sql`select coalesce(sum(a.judged), 0)::int as judged, coalesce(sum(a.cannot_judge), 0)::int as cannot_judge, coalesce(sum(a.skipped), 0)::int as skipped, (coalesce(sum(a.duration_ms), 0) / 1000)::float8 as seconds
			from annotator_progress a join rounds r on r.id = a.round_id where r.project_id = ${of.projectId} and a.user_id = ${of.userId}`
	);
	const row = rows[0];
	return { judged: row?.judged ?? 0, cannotJudge: row?.cannot_judge ?? 0, skipped: row?.skipped ?? 0, seconds: row?.seconds ?? 0 };
}
