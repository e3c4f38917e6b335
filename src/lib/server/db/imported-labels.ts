import { sql } from 'drizzle-orm';
import type { Tx } from './client.ts';
import { rowsOf } from './rows.ts';

/**
 * Judgments that staged rows bring with who made them, each only where it is not
 * there yet; every one is kept. Of several by one judge on a comparison the
 * latest stands and supersedes the one before: by its time in one file, and
 * what a later file says after what an earlier one said, also of how clear it was;
 * one that names no judge supersedes what differs from it in that alone. Runs within
 * `publish`, after the comparisons are made; lines that add something go to `staged_labels`.
 */
export async function insertOfImport(tx: Tx, id: string): Promise<void> {
	const [found] = await rowsOf<{ labels: number | null; source: string | null }>(tx, sql`select (found->>'labels')::int as labels, found->>'shape' as source from imports where id = ${id}`);
	if (!found?.labels) return;
	const source = found.source ?? 'plumbline';
	await tx.execute(sql`create temporary table staged_opinions on commit drop as
		select r.line, x.ordinality as place, c.id as comparison_id, c.project_id, c.mode, x.value->>'verdict' as verdict, x.value->>'strength' as strength, (x.value->>'margin')::float8 as margin, x.value->>'judge' as judge, (x.value->>'at')::timestamptz as judged_at
		from import_rows r join imports i on i.id = r.import_id cross join lateral jsonb_array_elements(r.pairs) p cross join lateral jsonb_array_elements(p.value->'labels') with ordinality x
			join comparisons c on c.project_id = i.project_id and c.content_hash = p.value->>'contentHash'
		where r.import_id = ${id}`);
	await tx.execute(sql`insert into imported_judges (project_id, source, name) select distinct project_id, ${source}, judge from staged_opinions where judge is not null on conflict do nothing`);
	await tx.execute(sql`with given as (
			select distinct on (o.comparison_id, j.id, o.verdict, o.judged_at) o.*, j.id as judge_id
			from staged_opinions o left join imported_judges j on j.project_id = o.project_id and j.source = ${source} and j.name = o.judge
			order by o.comparison_id, j.id, o.verdict, o.judged_at, coalesce(o.strength, o.margin::text) is null, o.line, o.place),
		fresh as (
			select new_id() as id, g.* from given g where not exists (
				select 1 from judgments k join imported_judgments m on m.judgment_id = k.id
				where k.comparison_id = g.comparison_id and k.verdict = g.verdict and m.source = ${source} and m.judge_id is not distinct from g.judge_id and m.judged_at is not distinct from g.judged_at
					and (coalesce(g.strength, g.margin::text) is null or (k.strength, k.margin) is not distinct from (g.strength, g.margin) or exists (select 1 from judgment_voids v where v.judgment_id = k.id)))),
		chained as (
			select f.*, coalesce(case when f.judge_id is not null then lag(f.id) over (partition by f.comparison_id, f.judge_id order by f.judged_at nulls first, f.line, f.place) end, standing.id) as supersedes_id
			from fresh f left join lateral (
				select k.id from judgments k join imported_judgments m on m.judgment_id = k.id
				where k.comparison_id = f.comparison_id and not exists (select 1 from judgments later where later.supersedes_id = k.id)
					and (m.judge_id = f.judge_id or (f.judge_id is null and m.judge_id is null and m.source = ${source} and k.verdict = f.verdict and m.judged_at is not distinct from f.judged_at)) order by k.id limit 1) standing on true),
		made as (
			insert into judgments (id, project_id, comparison_id, mode, origin, judge_kind, judge_ref, verdict, strength, margin, supersedes_id)
			select id, project_id, comparison_id, mode, 'import', 'import', ${id}, verdict, strength, margin, supersedes_id from chained order by comparison_id, judged_at nulls first, line, place returning 1),
		told as (
			insert into imported_judgments (judgment_id, import_id, judge_id, source, judged_at) select id, ${id}, judge_id, ${source}, judged_at from chained returning 1)
		insert into staged_labels select line from chained where (select count(*) from made) + (select count(*) from told) > 0`);
}
