import { sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import type { Tx } from './client.ts';
import { rowsOf } from './rows.ts';

/** Why an import's rows cannot go, each with how many there are. */
export const OBSTACLES = ['judged', 'adjudicated', 'gold', 'cited', 'assigned', 'discussed', 'held', 'skipped', 'marked', 'answered', 'built_on', 'same_moment'] as const;
export type Obstacle = (typeof OBSTACLES)[number];

/** Comparisons, answers and prompts that an import made: they bear the moment at which it ended. */
const made = {
	comparisons: sql`select id from undone_comparisons`,
	responses: sql`select id from undone_responses`,
	prompts: sql`select id from undone_prompts`,
	judgments: sql`select id from undone_judgments`
};

/**
 * Finds what an import made and locks its places, so that nobody is given one of
 * them meanwhile. The project must be serialised and the import locked.
 */
export async function find(tx: Tx, id: string): Promise<void> {
	await tx.execute(sql`create temporary table undone_prompts on commit drop as select p.id, coalesce(p.home_group_id, p.group_id) as group_id, i.finished_at from prompts p join imports i on i.id = p.import_id where p.import_id = ${id}`);
	await tx.execute(sql`create temporary table undone_comparisons on commit drop as
		select c.id, c.round_id, c.prompt_id from comparisons c join imports i on i.id = ${id} and i.project_id = c.project_id and i.finished_at = c.created_at where c.policy in ('every_pair', 'as_imported')`);
	await tx.execute(sql`create temporary table undone_responses on commit drop as
		select r.id from responses r join prompts p on p.id = r.prompt_id join imports i on i.id = ${id} and i.project_id = p.project_id and i.finished_at = r.created_at where r.source = 'import'`);
	await tx.execute(sql`create temporary table undone_judgments on commit drop as
		select j.id, j.comparison_id from judgments j join imports i on i.id = ${id} and i.project_id = j.project_id where j.origin in ('import', 'feedback', 'playground') and j.judge_ref = ${id}::text`);
	await tx.execute(sql`create index on undone_comparisons (id)`);
	for (const table of ['undone_prompts', 'undone_comparisons', 'undone_responses', 'undone_judgments']) await tx.execute(sql`analyze ${sql.identifier(table)}`);
	await tx.execute(sql`select s.id from slots s where s.comparison_id in (${made.comparisons}) order by s.comparison_id, s.position for update`);
}

/** What stands in the way of undoing it, nothing where the list is empty. */
export async function obstacles(tx: Tx, id: string): Promise<{ why: Obstacle; n: number }[]> {
	const ofComparison = (table: string): SQL => sql`(select count(*) from ${sql.identifier(table)} x where x.comparison_id in (${made.comparisons}))`;
	const counts: Record<Obstacle, SQL> = {
		judged: sql`(select count(*) from judgments j where j.comparison_id in (${made.comparisons}) and j.id not in (${made.judgments}))
			+ (select count(*) from judgments later where later.supersedes_id in (${made.judgments}) and later.id not in (${made.judgments}))
			+ (select count(*) from judgment_voids v where v.judgment_id in (${made.judgments}))`,
		adjudicated: ofComparison('adjudications'),
		gold: ofComparison('gold_items'),
		cited: sql`(select count(distinct s.snapshot_id) from (
			select snapshot_id from snapshot_judgments where judgment_id in (${made.judgments})
			union select snapshot_id from snapshot_comparisons where comparison_id in (${made.comparisons})) s)`,
		assigned: ofComparison('assignment_items'),
		discussed: ofComparison('comments'),
		held: sql`(select count(*) from tasks t where t.comparison_id in (${made.comparisons}) and (t.state = 'done' or t.state = 'live' and t.expires_at > now() or exists (select 1 from drafts d where d.task_id = t.id)))`,
		skipped: ofComparison('skips'),
		marked: ofComparison('bookmarks'),
		answered: sql`(select count(*) from responses r where r.prompt_id in (${made.prompts}) and r.id not in (${made.responses}))
			+ (select count(*) from generation_answers a where a.prompt_id in (${made.prompts}) and a.missed is not null)
			+ (select count(*) from generations g where g.project_id = (select project_id from imports where id = ${id}) and g.status in ('queued', 'running') and (g.prompt_ids && array(${made.prompts}) or g.single_prompt_ids && array(${made.prompts})))`,
		built_on: sql`(select count(*) from comparisons c where c.id not in (${made.comparisons})
			and (c.prompt_id in (${made.prompts}) or c.response_a_id in (${made.responses}) or c.response_b_id in (${made.responses})))`,
		same_moment: sql`(select count(*) from imports i join imports other on other.project_id = i.project_id and other.finished_at = i.finished_at and other.id <> i.id and other.status = 'published' where i.id = ${id})`
	};
	const [row] = await rowsOf<Record<Obstacle, string>>(tx, sql`select ${sql.join(OBSTACLES.map((why) => sql`${counts[why]} as ${sql.identifier(why)}`), sql`, `)}`);
	return OBSTACLES.map((why) => ({ why, n: Number(row?.[why] ?? 0) })).filter(({ n }) => n > 0);
}

/** How much went, and of which rounds the comparisons were. */
export type Undone = { prompts: number; comparisons: number; judgments: number; rounds: { id: string; comparisons: number }[] };

/**
 * Deletes what an import made and found by `find`, all or nothing. The import
 * must be `undone` already: that is what the triggers of the append-only tables
 * ask (0018_imported_judgments.sql). Groups that keep a prompt, or were there before, stay.
 */
export async function remove(tx: Tx): Promise<Undone> {
	const rounds = await rowsOf<{ id: string; n: string }>(tx, sql`select round_id as id, count(*) as n from undone_comparisons group by round_id`);
	const [counts] = await rowsOf<{ prompts: string; comparisons: string; judgments: string }>(
		tx,
		sql`select (select count(*) from undone_prompts) as prompts, (select count(*) from undone_comparisons) as comparisons, (select count(*) from undone_judgments) as judgments`
	);
	const gone: SQL[] = [
		sql`delete from imported_judgments where judgment_id in (${made.judgments})`,
		sql`delete from judgments where id in (${made.judgments})`,
		sql`delete from notifications where comparison_id in (${made.comparisons})`,
		// Leases that lapsed without a word.
		sql`update slots set task_id = null, annotator_id = null where comparison_id in (${made.comparisons}) and task_id is not null`,
		sql`delete from tasks where comparison_id in (${made.comparisons})`,
		sql`delete from slots where comparison_id in (${made.comparisons})`,
		sql`delete from comparisons where id in (${made.comparisons})`,
		sql`delete from response_artifacts where response_id in (${made.responses})`,
		sql`delete from response_texts where response_id in (${made.responses})`,
		sql`delete from responses where id in (${made.responses})`,
		sql`delete from prompt_artifacts where prompt_id in (${made.prompts})`,
		sql`delete from prompt_texts where prompt_id in (${made.prompts})`,
		sql`delete from near_duplicates where prompt_id in (${made.prompts}) or like_id in (${made.prompts})`,
		sql`delete from prompt_signatures where prompt_id in (${made.prompts})`,
		sql`delete from prompts where id in (${made.prompts})`,
		// A group that people linked to another stays: what it brought together stays together. So does one that was there
		// before: a suite may have held its question out.
		sql`delete from prompt_groups g using (select distinct group_id, finished_at from undone_prompts) u where g.id = u.group_id and g.created_at = u.finished_at and not exists (select 1 from prompts p where p.group_id = g.id or p.home_group_id = g.id)
			and not exists (select 1 from prompt_group_links l where l.group_id = g.id or l.other_id = g.id)`
	];
	for (const statement of gone) await tx.execute(statement);
	return {
		prompts: Number(counts?.prompts ?? 0),
		comparisons: Number(counts?.comparisons ?? 0),
		judgments: Number(counts?.judgments ?? 0),
		rounds: rounds.map(({ id, n }) => ({ id, comparisons: Number(n) }))
	};
}

/** Says of an import that was taken that it is undone; only then does the record let its rows go. */
export async function mark(tx: Tx, id: string): Promise<void> {
	await tx.execute(sql`update imports set status = 'undone', undone_at = now() where id = ${id} and status = 'published'`);
}
