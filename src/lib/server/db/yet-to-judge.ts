import { sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import type { Executor } from './client.ts';
import { rowsOf } from './rows.ts';

/**
 * Whether comparison `c` may still be given to a person (SQL) to judge: it is of the
 * newest round and lacks a judgment, and they have neither judged nor skipped it, nor
 * had it on their desk to decide. As `mayTake` of its places (slots.ts), but for what
 * may be otherwise tomorrow: who holds a place now, and whose skills are whose.
 */
export const mayYetJudge = (userId: string | SQL): SQL => sql`(c.status in ('open', 'exhausted')
	and c.round_id = (select newest.id from rounds newest where newest.project_id = c.project_id order by newest.number desc limit 1)
	and not exists (select 1 from judgments said where said.comparison_id = c.id and said.judge_user_id = ${userId} and not exists (select 1 from judgment_voids gone where gone.judgment_id = said.id))
	and not exists (select 1 from skips k where k.comparison_id = c.id and k.user_id = ${userId})
	and not exists (select 1 from tasks desk where desk.comparison_id = c.id and desk.annotator_id = ${userId} and desk.purpose = 'adjudication'))`;

/** The same of one comparison; false also where there is none. */
export async function isYetToJudge(db: Executor, comparisonId: string, userId: string): Promise<boolean> {
	const rows = await rowsOf<{ yet: boolean }>(db, sql`select ${mayYetJudge(userId)} as yet from comparisons c where c.id = ${comparisonId}`);
	return rows[0]?.yet === true;
}
