import { sql } from 'drizzle-orm';
import type { Executor } from './client.ts';
import { rowsOf, uuids } from './rows.ts';

/** Prompts `p` that were merged into a group that is held out, with rows of snapshots `s` (`t` their comparison) that trained on them before. From what moved, which is little. */
const trainedBefore = sql`prompts p join prompt_groups g on g.id = p.group_id and g.split <> 'train' join comparisons c on c.prompt_id = p.id
	join snapshots s on s.project_id = p.project_id
	join snapshot_comparisons t on t.snapshot_id = s.id and t.split = 'train' and t.comparison_id = c.id and (t.outcome = 'row' or (s.rule->>'includeRewrites')::boolean)
	where p.home_group_id is not null`;

/** How many questions these snapshots trained on that are held out by now: a figure on held-out questions of what they trained is not clean. */
export async function trainedHeldOut(db: Executor, snapshotIds: readonly string[]): Promise<number> {
	if (snapshotIds.length === 0) return 0;
	const rows = await rowsOf<{ n: number }>(db, sql`select count(distinct p.id)::int as n from ${trainedBefore} and s.id in ${uuids(snapshotIds)}`);
	return rows[0]?.n ?? 0;
}

/** The same for everything that a checkpoint was trained on, itself and its parents. */
export async function trainedHeldOutOf(db: Executor, checkpointId: string): Promise<number> {
	const rows = await rowsOf<{ id: string }>(
		db,
		sql`with recursive line as (select id, parent_id, run_id from checkpoints where id = ${checkpointId} union all select p.id, p.parent_id, p.run_id from checkpoints p join line on p.id = line.parent_id)
			select distinct r.snapshot_id as id from line join runs r on r.id = line.run_id`
	);
	return trainedHeldOut(db, rows.map(({ id }) => id));
}

/** Which of these prompts ask what a checkpoint, or one that it came from, has trained on: under the same question group, wherever that was when it trained. */
export async function learnedPrompts(db: Executor, checkpointId: string, promptIds: readonly string[]): Promise<Set<string>> {
	if (promptIds.length === 0) return new Set();
	const rows = await rowsOf<{ id: string }>(
		db,
		sql`with recursive line as (select id, parent_id, run_id from checkpoints where id = ${checkpointId} union all select p.id, p.parent_id, p.run_id from checkpoints p join line on p.id = line.parent_id)
			select distinct p.id from prompts p join prompts q on q.group_id = p.group_id join comparisons c on c.prompt_id = q.id
				join snapshot_comparisons t on t.comparison_id = c.id and t.split = 'train'
				join snapshots s on s.id = t.snapshot_id and (t.outcome = 'row' or (s.rule->>'includeRewrites')::boolean)
			where p.id in ${uuids(promptIds)} and s.id in (select r.snapshot_id from line join runs r on r.id = line.run_id)`
	);
	return new Set(rows.map(({ id }) => id));
}

/** Snapshots of a project that trained on prompts of these groups which are held out by now, newest first. */
export async function overlapping(db: Executor, projectId: string, homeGroupIds: readonly string[]): Promise<string[]> {
	if (homeGroupIds.length === 0) return [];
	const rows = await rowsOf<{ id: string }>(db, sql`select distinct s.id from ${trainedBefore} and p.project_id = ${projectId} and p.home_group_id in ${uuids(homeGroupIds)} order by s.id desc`);
	return rows.map(({ id }) => id);
}
