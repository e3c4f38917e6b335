import { sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';

/**
 * The one policy about who may see what (semantics: walls, skills). Every query
 * that gives a person work or shows them anything of a prompt or comparison
 * takes its condition from here; no other file asks the tables behind it.
 */

/** Whether a prompt (row alias `p` with id, project_id, matter) lies behind a wall for a person. */
const walled = (userId: string | SQL, p: SQL): SQL =>
	sql`exists (select 1 from walls w where w.user_id = ${userId} and w.project_id = ${p}.project_id and w.matter = ${p}.matter and w.lifted_at is null)`;

/** Whether a person wrote one of a comparison's answers (row alias with response_a_id, response_b_id). */
const wrote = (userId: string | SQL, c: SQL): SQL =>
	sql`exists (select 1 from responses r where r.id in (${c}.response_a_id, ${c}.response_b_id) and r.source = 'person' and r.source_ref = (${userId})::text)`;

/** Whether a person may see a prompt: no wall stands before its matter. `p` names a row of `prompts`. */
export const maySeePrompt = (userId: string | SQL, p: SQL = sql`p`): SQL => sql`not ${walled(userId, p)}`;

/** Whether a person may see a comparison: its prompt, and no answer of it is theirs. `c` and `p` name rows of `comparisons` and `prompts`. */
export const maySee = (userId: string | SQL, c: SQL = sql`c`, p: SQL = sql`p`): SQL => sql`(not ${walled(userId, p)} and not ${wrote(userId, c)})`;

/** The same for a comparison whose prompt is not among the query's tables. */
export const maySeeComparison = (userId: string | SQL, c: SQL = sql`c`): SQL =>
	sql`(not ${wrote(userId, c)} and not exists (select 1 from walls w join prompts wp on wp.project_id = w.project_id and wp.matter = w.matter where w.user_id = ${userId} and w.lifted_at is null and wp.id = ${c}.prompt_id))`;

/** Whether a member (row alias with user_id, skills, languages) may be given a comparison: may see it, has what its prompt requires and reads its language. */
export const mayBeGiven = (m: SQL, c: SQL, p: SQL): SQL =>
	sql`(${p}.requires <@ ${m}.skills and (${p}.language is null or ${m}.languages = '{}' or ${p}.language = any (${m}.languages)) and ${maySee(sql`${m}.user_id`, c, p)})`;
