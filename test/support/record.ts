import { sql } from 'drizzle-orm';
import type { App } from '#lib/server/app.ts';
import { rowsOf } from '#lib/server/db/rows.ts';

/** What the record must fulfil at any moment, each as a query that gives an example of the contrary. */
const RULES: { name: string; find: (projectId: string) => ReturnType<typeof sql> }[] = [
	{
		name: 'filled is the number of places that point to a judgment',
		find: (id) => sql`select c.id::text, c.filled, count(s.judgment_id) as pointers from comparisons c join slots s on s.comparison_id = c.id where c.project_id = ${id} group by c.id having c.filled <> count(s.judgment_id)`
	},
	{
		name: 'a comparison has as many places as its overlap',
		find: (id) => sql`select c.id::text, c.overlap, count(s.id) as places from comparisons c left join slots s on s.comparison_id = c.id where c.project_id = ${id} group by c.id having c.overlap <> count(s.id)`
	},
	{
		name: 'a place is in the queue of those to whom its prompt may be given',
		find: (id) => sql`select s.id::text, p.requires, p.language, p.matter from slots s join comparisons c on c.id = s.comparison_id join prompts p on p.id = c.prompt_id left join audiences k on k.id = s.audience_id
			where c.project_id = ${id} and (k.project_id, k.requires, k.language, k.matter) is distinct from (p.project_id, p.requires, p.language, p.matter)`
	},
	{
		name: 'a comparison is complete if and only if all its places count',
		find: (id) => sql`select id::text, status, filled, overlap from comparisons where project_id = ${id} and (status = 'complete') <> (filled = overlap)`
	},
	{
		name: 'an incomplete comparison is exhausted if and only if nobody is left who may judge it',
		find: (id) => sql`select c.id::text, c.status, c.filled, c.overlap, left_over.people from comparisons c cross join lateral (
				select count(*) as people from memberships m join users u on u.id = m.user_id and u.deactivated_at is null
				where m.project_id = c.project_id and m.role in ('annotator', 'reviewer')
					and not exists (select 1 from skips k where k.comparison_id = c.id and k.user_id = m.user_id)
					and not exists (select 1 from judgments j where j.comparison_id = c.id and j.judge_user_id = m.user_id and not exists (select 1 from judgment_voids v where v.judgment_id = j.id))) left_over
			where c.project_id = ${id} and c.status <> 'complete' and (c.status = 'exhausted') <> (left_over.people = 0)`
	},
	{
		name: 'nobody has two places of one comparison',
		find: (id) => sql`select s.comparison_id::text, s.annotator_id::text from slots s join comparisons c on c.id = s.comparison_id where c.project_id = ${id} and s.annotator_id is not null group by 1, 2 having count(*) > 1`
	},
	{
		name: 'nobody has two standing judgments of one comparison',
		find: (id) => sql`select j.comparison_id::text, j.judge_user_id::text from judgments j where j.project_id = ${id} and j.origin = 'workspace'
				and not exists (select 1 from judgments later where later.supersedes_id = j.id) and not exists (select 1 from judgment_voids v where v.judgment_id = j.id)
			group by 1, 2 having count(*) > 1`
	},
	{
		name: 'a place points to a standing judgment of its own comparison, by its own person, with a verdict that counts',
		find: (id) => sql`select s.id::text, j.verdict from slots s join comparisons c on c.id = s.comparison_id join judgments j on j.id = s.judgment_id where c.project_id = ${id}
				and (j.comparison_id <> s.comparison_id or j.judge_user_id <> s.annotator_id or j.verdict = 'cannot_judge' or j.origin <> 'workspace' or j.purpose <> 'counting'
					or exists (select 1 from judgments later where later.supersedes_id = j.id) or exists (select 1 from judgment_voids v where v.judgment_id = j.id))`
	},
	{
		name: 'a live lease that has not lapsed holds its place, and nobody has more than three',
		find: (id) => sql`select t.annotator_id::text, count(*) as leases, count(s.id) as places from tasks t left join slots s on s.task_id = t.id and s.judgment_id is null
			where t.project_id = ${id} and t.state = 'live' and t.expires_at > now() group by 1 having count(*) > 3 or count(*) <> count(s.id)`
	},
	{
		name: 'the kept tallies are what can be counted',
		find: (id) => sql`select * from (select
				(select coalesce(sum(a.counted), 0) from annotator_progress a join rounds r on r.id = a.round_id where r.project_id = ${id}) as kept_counted,
				(select count(*) from slots s join comparisons c on c.id = s.comparison_id where c.project_id = ${id} and s.judgment_id is not null) as counted,
				(select coalesce(sum(a.completed), 0) from annotator_progress a join rounds r on r.id = a.round_id where r.project_id = ${id}) as kept_completed,
				(select count(*) from comparisons where project_id = ${id} and status = 'complete') as completed,
				(select coalesce(sum(a.judged), 0) from annotator_progress a join rounds r on r.id = a.round_id where r.project_id = ${id}) as kept_judged,
				(select count(*) from judgments where project_id = ${id} and origin = 'workspace' and supersedes_id is null) as judged,
				(select coalesce(sum(a.skipped), 0) from annotator_progress a join rounds r on r.id = a.round_id where r.project_id = ${id}) as kept_skipped,
				(select count(*) from skips k join comparisons c on c.id = k.comparison_id where c.project_id = ${id}) as skipped) t
			where kept_counted <> counted or kept_completed <> completed or kept_judged <> judged or kept_skipped <> skipped`
	}
];

/** Holds once the sweep has been there: work that was done never waits while a place is free. */
const SWEPT: (typeof RULES)[number] = {
	name: 'no judgment that came too late waits while a place of its comparison is free',
	find: (id) => sql`select c.id::text, j.id::text as judgment from comparisons c join judgments j on j.comparison_id = c.id
		where c.project_id = ${id} and j.origin = 'workspace' and j.purpose = 'counting' and j.verdict <> 'cannot_judge'
			and not exists (select 1 from judgments later where later.supersedes_id = j.id) and not exists (select 1 from judgment_voids v where v.judgment_id = j.id)
			and not exists (select 1 from slots own where own.comparison_id = c.id and own.judgment_id = j.id)
			and exists (select 1 from slots s left join tasks t on t.id = s.task_id where s.comparison_id = c.id and s.judgment_id is null and (s.task_id is null or t.expires_at <= now()))`
};

/** Every rule that a project's record breaks, with one example; empty when all is well. */
export async function recordProblems(world: { app: Pick<App, 'db'> }, projectId: string, when: 'any time' | 'swept' = 'any time'): Promise<string[]> {
	const problems: string[] = [];
	for (const rule of when === 'swept' ? [...RULES, SWEPT] : RULES) {
		const [example] = await rowsOf(world.app.db, rule.find(projectId));
		if (example) problems.push(`${rule.name}: ${JSON.stringify(example)}`);
	}
	return problems;
}
