import { sql } from 'drizzle-orm';
import type { DrawnGroup, GroupLink } from '../../domain/merged-groups.ts';
import type { Executor, Tx } from './client.ts';
import { rowsOf, uuids } from './rows.ts';

/** A drawn group with the one that holds its prompts now. */
export type HeldGroup = DrawnGroup & { heldBy: string };

/** The groups that these prompts came with. */
export async function homesOf(tx: Executor, promptIds: readonly string[]): Promise<Map<string, string>> {
	const rows = await rowsOf<{ id: string; home: string }>(tx, sql`select id, coalesce(home_group_id, group_id) as home from prompts where id in ${uuids(promptIds)}`);
	return new Map(rows.map(({ id, home }) => [id, home]));
}

/** These groups and every other that is held by the same, by id. */
export async function heldTogether(tx: Executor, ids: readonly string[]): Promise<HeldGroup[]> {
	return rowsOf<HeldGroup>(
		tx,
		sql`with holders as (select distinct coalesce(merged_into_id, id) as id from prompt_groups where id in ${uuids(ids)})
			select g.id, g.split, coalesce(g.merged_into_id, g.id) as "heldBy" from prompt_groups g join holders h on g.id = h.id or g.merged_into_id = h.id order by g.id`
	);
}

/** Links among these groups. */
export async function linksOf(tx: Executor, ids: readonly string[]): Promise<GroupLink[]> {
	const rows = await rowsOf<{ a: string; b: string }>(tx, sql`select group_id as a, other_id as b from prompt_group_links where group_id in ${uuids(ids)}`);
	return rows.map(({ a, b }) => [a, b] as const);
}

/** Says that two groups belong together. */
export async function link(tx: Tx, of: { projectId: string; between: GroupLink; by: string }): Promise<void> {
	const [a, b] = of.between;
	await tx.execute(sql`insert into prompt_group_links (project_id, group_id, other_id, created_by)
		values (${of.projectId}, least(${a}::uuid, ${b}::uuid), greatest(${a}::uuid, ${b}::uuid), ${of.by}) on conflict do nothing`);
}

/** Takes a link back, unless another pair that people called the same still holds it. */
export async function unlink(tx: Tx, [a, b]: GroupLink): Promise<void> {
	await tx.execute(sql`delete from prompt_group_links l where l.group_id = least(${a}::uuid, ${b}::uuid) and l.other_id = greatest(${a}::uuid, ${b}::uuid)
		and not exists (select 1 from prompts p join near_duplicates n on n.prompt_id = p.id and n.project_id = l.project_id and n.decision = 'same' join prompts q on q.id = n.like_id
			where coalesce(p.home_group_id, p.group_id) = l.group_id and coalesce(q.home_group_id, q.group_id) = l.other_id
				or coalesce(p.home_group_id, p.group_id) = l.other_id and coalesce(q.home_group_id, q.group_id) = l.group_id)`);
}

/** Lets each of these groups be held by what the map says, and its prompts with it. */
export async function hold(tx: Tx, groups: readonly HeldGroup[], holders: ReadonlyMap<string, string>): Promise<void> {
	const moved = groups.flatMap(({ id, heldBy }) => (holders.get(id) === heldBy ? [] : [{ id, before: heldBy, holder: holders.get(id) ?? id }]));
	if (moved.length === 0) return;
	const json = JSON.stringify(moved);
	const rows = sql`jsonb_to_recordset(${json}::jsonb) as m(id uuid, before uuid, holder uuid)`;
	await tx.execute(sql`update prompt_groups g set merged_into_id = nullif(m.holder, m.id) from ${rows} where g.id = m.id`);
	await tx.execute(sql`update prompts p set group_id = m.holder, home_group_id = nullif(m.id, m.holder) from ${rows}
		where p.group_id = m.before and coalesce(p.home_group_id, p.group_id) = m.id`);
}

/** How many prompts came with these groups, held by whatever holds them. */
export async function promptsOf(tx: Executor, groups: readonly HeldGroup[]): Promise<number> {
	if (groups.length === 0) return 0;
	const rows = await rowsOf<{ n: number }>(
		tx,
		sql`select count(*)::int as n from prompts p where p.group_id in ${uuids(groups.map(({ heldBy }) => heldBy))} and coalesce(p.home_group_id, p.group_id) in ${uuids(groups.map(({ id }) => id))}`
	);
	return rows[0]?.n ?? 0;
}

/**
 * Makes groups that no prompt has yet test groups, so that what is imported into
 * them later is never trained on. Under the project's lock.
 * @returns those of them that are train or dev groups already, and stay so
 */
export async function holdOut(tx: Tx, projectId: string, keys: readonly string[]): Promise<Set<string>> {
	if (keys.length === 0) return new Set();
	const named = sql`(select jsonb_array_elements_text(${JSON.stringify(keys)}::jsonb) as key)`;
	await tx.execute(sql`insert into prompt_groups (project_id, key, split) select ${projectId}, n.key, 'test' from ${named} n on conflict do nothing`);
	const rows = await rowsOf<{ key: string }>(
		tx,
		sql`select g.key from ${named} n join prompt_groups g on g.project_id = ${projectId} and g.key = n.key left join prompt_groups held on held.id = g.merged_into_id where coalesce(held.split, g.split) <> 'test'`
	);
	return new Set(rows.map(({ key }) => key));
}
