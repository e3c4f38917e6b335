import { sql } from 'drizzle-orm';

/** What a judgment `j` of a comparison `c` is to a snapshot: a `JudgmentKind`, from the record alone (pointed to by a slot, void, superseded, of another origin or purpose). */
export const judgmentKind = sql`case when exists (select 1 from judgment_voids v where v.judgment_id = j.id) then 'void'
	when exists (select 1 from judgments later where later.supersedes_id = j.id) then 'surplus'
	when c.status = 'gold' then 'filtered'
	when j.origin <> 'workspace' then 'outside'
	when j.purpose = 'adjudication' then 'adjudication'
	when j.purpose <> 'counting' then 'filtered'
	when exists (select 1 from slots s where s.judgment_id = j.id) then 'counting'
	else 'surplus' end`;

/** Whom a judgment `j` is laid to: the person, else the judge whom its file names, else where it came from. */
export const judgeKey = sql`coalesce(j.judge_user_id::text, (select 'judge:' || m.judge_id from imported_judgments m where m.judgment_id = j.id), j.origin || ':' || coalesce(j.judge_ref, ''))`;
