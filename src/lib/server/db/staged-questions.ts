import { sql } from 'drizzle-orm';
import type { Split } from '../../domain/holdout.ts';
import type { Tx } from './client.ts';
import { rowsOf } from './rows.ts';
import type { Ignored } from './schema/import.ts';

/** What is said of a row whose question belongs to another matter. The matter is not named: who sends the row may be walled off from it. */
const OTHER_MATTER = 'is not what this question has, which is here already or stands earlier in the file: a question belongs to one matter, or its wall would keep nobody from these answers';

/**
 * Makes errors of staged rows that name another matter than their question has,
 * here or earlier in the file: their answers would be shown to who is walled off
 * from it. A row that names none is as safe as its question, and stays. Gives how
 * many there were. The import must be locked; where they must not come again, the
 * project serialised.
 */
export async function refuseOtherMatters(tx: Tx, importId: string): Promise<number> {
	const rows = await rowsOf<{ n: number }>(
		tx,
		sql`with named as (
				select r.line, r.matter, case when jsonb_typeof(i.found->'mapping'->'matter') = 'string' then i.found->'mapping'->>'matter' else 'matter' end as field,
					case when p.id is null then first_value(r.matter) over (partition by r.prompt_hash order by r.line) else p.matter end as held
				from import_rows r join imports i on i.id = r.import_id left join prompts p on p.project_id = i.project_id and p.content_hash = r.prompt_hash
				where r.import_id = ${importId} and r.matter is not null),
			gone as (
				delete from import_rows r using named n where r.import_id = ${importId} and r.line = n.line and n.held is distinct from n.matter returning r.line, n.field),
			told as (insert into import_errors (import_id, line, field, message) select ${importId}, line, field, ${OTHER_MATTER} from gone on conflict do nothing),
			counted as (update imports set rejected = rejected + (select count(*) from gone) where id = ${importId} and exists (select 1 from gone))
			select count(*)::int as n from gone`
	);
	return rows[0]?.n ?? 0;
}

/** Matters that staged rows name. */
export async function mattersOf(tx: Tx, importId: string): Promise<string[]> {
	return (await rowsOf<{ matter: string }>(tx, sql`select distinct matter from import_rows where import_id = ${importId} and matter is not null`)).map(({ matter }) => matter);
}

/** Puts staged rows into the groups of their matters, where they are in others. */
export async function groupByMatter(tx: Tx, importId: string, groups: readonly { matter: string; groupKey: string; split: Split }[]): Promise<void> {
	await tx.execute(sql`update import_rows r set group_key = g."groupKey", split = g.split from jsonb_to_recordset(${JSON.stringify(groups)}::jsonb) as g(matter text, "groupKey" text, split text)
		where r.import_id = ${importId} and r.matter = g.matter and r.group_key <> g."groupKey"`);
}

/**
 * Of how many staged rows the question has other tags, skills or language than they
 * say, or is in another group: what it had first stands. Reads the table that
 * publishing makes of the rows' questions.
 */
export async function ignoredOf(tx: Tx, importId: string): Promise<Ignored> {
	const rows = await rowsOf<Record<keyof Ignored, number>>(
		tx,
		sql`select count(*) filter (where r.tags is not null and not (r.tags <@ coalesce(p.tags, '{}')))::int as tags,
				count(*) filter (where not (r.requires <@ p.requires))::int as requires,
				count(*) filter (where r.language is not null and r.language is distinct from p.language)::int as language,
				count(*) filter (where r.group_key not like 'prompt:%' and r.group_key <> g.key)::int as "group"
			from import_rows r join staged_prompts sp on sp.line = r.line join prompts p on p.id = sp.prompt_id join prompt_groups g on g.id = coalesce(p.home_group_id, p.group_id)
			where r.import_id = ${importId}`
	);
	return Object.fromEntries(Object.entries(rows[0] ?? {}).filter(([, n]) => n > 0));
}

/** Says with an import what of its rows is ignored. */
export async function tellIgnored(tx: Tx, importId: string, ignored: Ignored): Promise<void> {
	await tx.execute(sql`update imports set found = jsonb_set(found, '{ignored}', ${JSON.stringify(ignored)}::jsonb) where id = ${importId} and found is not null`);
}
