import { sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import { MOST_ITEMS } from '../../domain/assignment.ts';
import type { AssignmentFilter } from '../../domain/assignment.ts';
import { waitingIn } from './assigned-slots.ts';
import type { Executor, Tx } from './client.ts';
import { membershipMay } from './membership-may.ts';
import { promptHolds } from './prompt-words.ts';
import { isoTime, rowsOf, uuids } from './rows.ts';
import { mayBeGiven, maySee, maySeeMatter } from './walls.ts';

/** Which comparisons of a round a filter means, for who gives them: nothing behind a wall for that person. */
export type Matching = { roundId: string; viewer: string; filter: AssignmentFilter };

const running = sql`assignment_items i join assignments a on a.id = i.assignment_id and a.ended_at is null`;

/**
 * Open comparisons that match, those in no running batch first, then in the queue's
 * order. The queue is walked in that order until there are enough: a round may hold
 * a million, a batch ten thousand.
 */
function matching({ roundId, viewer, filter }: Matching): SQL {
	const all: SQL[] = [sql`c.status in ('open', 'exhausted')`, maySee(viewer)];
	if (filter.matter !== undefined) all.push(sql`p.matter = ${filter.matter}`);
	if (filter.tag !== undefined) all.push(sql`${filter.tag} = any (p.tags)`);
	if (filter.search !== undefined) all.push(promptHolds(filter.search));
	const [most, match] = [sql`${filter.limit ?? MOST_ITEMS}::int`, sql.join(all, sql` and `)];
	const prompt = sql`join prompts p on p.id = c.prompt_id join prompt_texts pt on pt.prompt_id = p.id`;
	// An open comparison has an open place; its first one stands for it.
	return sql`with free as materialized (
			select c.id, c.order_key from slots s join comparisons c on c.id = s.comparison_id ${prompt}
				where s.round_id = ${roundId} and s.judgment_id is null and not exists (select 1 from slots e where e.comparison_id = s.comparison_id and e.judgment_id is null and e.position < s.position)
					and ${match} and not exists (select 1 from ${running} where i.comparison_id = c.id) order by s.order_key, s.position limit ${most})
		select id, order_key, false as given from free
		union all (select distinct c.id, c.order_key, true from ${running} join comparisons c on c.id = i.comparison_id ${prompt} where a.round_id = ${roundId} and ${match} order by c.order_key limit ${most} - (select count(*) from free))`;
}

/** How many comparisons match, and how many of those another running batch holds. */
export async function countMatching(db: Executor, of: Matching): Promise<{ matches: number; given: number }> {
	const rows = await rowsOf<{ matches: number; given: number }>(db, sql`select count(*)::int as matches, (count(*) filter (where given))::int as given from (${matching(of)}) x`);
	return rows[0] ?? { matches: 0, given: 0 };
}

/** So many open places, the first in the queue's random order, tell which tags are frequent: all of them where no more are open. */
const LOOKED_AT = 5000;

/**
 * Matters that a round has open work of, and the tags most frequent in it, as far
 * as this person may know of them. Matters are all there are; of many open
 * comparisons the tags are those of a random part, so that a page costs the same
 * whatever the size of the round.
 */
export async function choices(db: Executor, roundId: string, viewer: string): Promise<{ matters: string[]; tags: string[] }> {
	const isOpen = sql`c.status in ('open', 'exhausted')`;
	const [matters, tags] = await Promise.all([
		rowsOf<{ word: string }>(
			db,
			sql`select distinct k.matter as word from rounds r join audiences k on k.project_id = r.project_id where r.id = ${roundId} and k.matter is not null and ${maySeeMatter(viewer, sql`k.project_id`, sql`k.matter`)}
				and exists (select 1 from slots s join comparisons c on c.id = s.comparison_id where s.round_id = r.id and s.audience_id = k.id and s.judgment_id is null and ${isOpen}) order by 1 limit 200`
		),
		rowsOf<{ word: string }>(
			db,
			sql`select tag as word from (
					select distinct comparison_id from (select s.comparison_id from slots s where s.round_id = ${roundId} and s.judgment_id is null order by s.order_key, s.position limit ${sql.raw(String(LOOKED_AT))}) place) x
				join comparisons c on c.id = x.comparison_id join prompts p on p.id = c.prompt_id cross join lateral unnest(p.tags) tag
				where ${isOpen} and ${maySee(viewer)} group by tag order by count(*) desc, tag limit 200`
		)
	]);
	return { matters: matters.map(({ word }) => word), tags: tags.map(({ word }) => word) };
}

/** What of a batch one person can be given, and why not the rest. */
export type Suitability = { userId: string; name: string; /** Can be given them. */ fit: number; /** A wall stands, or they wrote an answer. */ walled: number; /** They lack a skill or the language. */ unskilled: number; /** Judged or passed on before. */ done: number };

/** For each of these people of a project who may judge: what of the matching comparisons they can be given. Who is no such member is left out. */
export async function suitability(db: Executor, of: Matching & { projectId: string; people: readonly string[] }): Promise<Suitability[]> {
	if (of.people.length === 0) return [];
	const rows = await rowsOf<{ user_id: string; name: string; fit: number; walled: number; unskilled: number; done: number }>(
		db,
		sql`with batch as materialized (${matching(of)})
			select m.user_id, up.name, (count(*) filter (where x.why = 'fit'))::int as fit, (count(*) filter (where x.why = 'walled'))::int as walled,
				(count(*) filter (where x.why = 'unskilled'))::int as unskilled, (count(*) filter (where x.why = 'done'))::int as done
			from memberships m join users u on u.id = m.user_id and u.deactivated_at is null join user_profiles up on up.user_id = m.user_id
			left join lateral (
				select case when not ${maySee(sql`m.user_id`)} then 'walled' when not ${mayBeGiven(sql`m`, sql`c`, sql`p`)} then 'unskilled'
						when exists (select 1 from judgments j where j.comparison_id = c.id and j.judge_user_id = m.user_id and not exists (select 1 from judgment_voids v where v.judgment_id = j.id))
							or exists (select 1 from skips k where k.comparison_id = c.id and k.user_id = m.user_id) then 'done' else 'fit' end as why
				from batch b join comparisons c on c.id = b.id join prompts p on p.id = c.prompt_id) x on true
			where m.project_id = ${of.projectId} and ${membershipMay(sql`m`, 'task.judge')} and m.user_id in ${uuids(of.people)}
			group by m.user_id, up.name order by up.name, m.user_id`
	);
	return rows.map(({ user_id, ...rest }) => ({ userId: user_id, ...rest }));
}

/** Whether a time lies ahead, by the database's clock. */
export async function isAhead(db: Executor, at: string): Promise<boolean> {
	return (await rowsOf<{ ahead: boolean }>(db, sql`select ${at}::timestamptz > now() as ahead`))[0]?.ahead === true;
}

/** Gives a batch to people. */
export async function insert(tx: Tx, of: Matching & { projectId: string; name: string; dueAt: string | null; createdBy: string; people: readonly string[] }): Promise<{ id: string; items: number }> {
	const made = await rowsOf<{ id: string }>(
		tx,
		sql`insert into assignments (project_id, round_id, name, filter, due_at, created_by)
			values (${of.projectId}, ${of.roundId}, ${of.name}, ${JSON.stringify(of.filter)}::jsonb, ${of.dueAt}::timestamptz, ${of.createdBy}) returning id`
	);
	const id = made[0]?.id ?? '';
	const items = await rowsOf<{ n: number }>(
		tx,
		sql`with batch as materialized (${matching(of)}), placed as (insert into assignment_items (assignment_id, comparison_id, order_key) select ${id}, id, order_key from batch returning 1)
			select count(*)::int as n from placed`
	);
	await tx.execute(sql`insert into assignment_people (assignment_id, user_id) select ${id}, unnest from unnest(${sql`array[${sql.join(of.people.map((one) => sql`${one}::uuid`), sql`, `)}]`})`);
	return { id, items: items[0]?.n ?? 0 };
}

/** Ends a batch: what is open of it goes the queue's way. False: it is over already. */
export async function end(tx: Tx, id: string): Promise<boolean> {
	return (await rowsOf<{ id: string }>(tx, sql`update assignments set ended_at = now() where id = ${id} and ended_at is null returning id`)).length > 0;
}

/** Whether a person may know of a batch (row alias `a`): its matter, and at least one comparison of it. */
export const maySeeBatch = (userId: string): SQL => sql`(${maySeeMatter(userId, sql`a.project_id`, sql`a.filter ->> 'matter'`)}
	and exists (select 1 from assignment_items i join comparisons c on c.id = i.comparison_id join prompts p on p.id = c.prompt_id where i.assignment_id = a.id and ${maySee(userId)}))`;

/** The project of a batch that a person may know of. */
export async function projectOf(db: Executor, id: string, viewer: string): Promise<string | null> {
	return (await rowsOf<{ project_id: string }>(db, sql`select a.project_id from assignments a where a.id = ${id} and ${maySeeBatch(viewer)}`))[0]?.project_id ?? null;
}

/** A batch with how far it is, for who manages the work: only what this person may see is counted. */
export type AssignmentLine = {
	id: string;
	name: string;
	filter: AssignmentFilter;
	round: number;
	dueAt: string | null;
	due: boolean;
	createdBy: string;
	createdAt: string;
	endedAt: string | null;
	items: number;
	/** Judged as often as they need, or decided. */
	done: number;
	/** Nobody is left to judge them. */
	stuck: number;
};

/** Batches of a project, running or ended, newest first, after a given one. */
export async function list(db: Executor, projectId: string, of: { viewer: string; ended: boolean; before: string | null; limit: number }): Promise<AssignmentLine[]> {
	type Row = { id: string; name: string; filter: AssignmentFilter; round: number; due_at: string | null; due: boolean; created_by: string; created_at: string; ended_at: string | null; items: number; done: number; stuck: number };
	const rows = await rowsOf<Row>(
		db,
		sql`select a.id, a.name, a.filter, r.number as round, a.due_at, coalesce(a.due_at <= now(), false) as due, up.name as created_by, a.created_at, a.ended_at, n.items, n.done, n.stuck
			from assignments a join rounds r on r.id = a.round_id join user_profiles up on up.user_id = a.created_by
			cross join lateral (
				select count(*)::int as items, (count(*) filter (where c.status not in ('open', 'exhausted')))::int as done, (count(*) filter (where c.status = 'exhausted'))::int as stuck
				from assignment_items i join comparisons c on c.id = i.comparison_id join prompts p on p.id = c.prompt_id where i.assignment_id = a.id and ${maySee(of.viewer)}) n
			where a.project_id = ${projectId} and a.ended_at is ${of.ended ? sql`not null` : sql`null`} and ${maySeeBatch(of.viewer)}
				and (${of.before}::uuid is null or a.id < ${of.before}::uuid)
			order by a.id desc limit ${of.limit}`
	);
	return rows.map((row) => ({
		id: row.id,
		name: row.name,
		filter: row.filter,
		round: row.round,
		dueAt: row.due_at === null ? null : isoTime(row.due_at),
		due: row.due,
		createdBy: row.created_by,
		createdAt: isoTime(row.created_at),
		endedAt: row.ended_at === null ? null : isoTime(row.ended_at),
		items: row.items,
		done: row.done,
		stuck: row.stuck
	}));
}

/** How one person does in a batch: what they judged of it, and what waits for them. */
export type AssigneeLine = { assignmentId: string; userId: string; name: string; judged: number; waiting: number };

/** People of these batches with how they do; only what the viewer may see is counted. */
export async function peopleOf(db: Executor, ids: readonly string[], viewer: string): Promise<AssigneeLine[]> {
	if (ids.length === 0) return [];
	const rows = await rowsOf<{ assignment_id: string; user_id: string; name: string; judged: number; waiting: number }>(
		db,
		sql`select a.id as assignment_id, ap.user_id, up.name,
				(select count(distinct j.comparison_id)::int from assignment_items i join comparisons c on c.id = i.comparison_id join prompts p on p.id = c.prompt_id
					join judgments j on j.comparison_id = c.id and j.judge_user_id = ap.user_id and j.purpose = 'counting' and not exists (select 1 from judgment_voids v where v.judgment_id = j.id)
					where i.assignment_id = a.id and ${maySee(viewer)}) as judged,
				case when a.ended_at is null then ${waitingIn(sql`ap.user_id`)} else 0 end as waiting
			from assignments a join assignment_people ap on ap.assignment_id = a.id join user_profiles up on up.user_id = ap.user_id
			where a.id in ${uuids(ids)} order by up.name, ap.user_id`
	);
	return rows.map((row) => ({ assignmentId: row.assignment_id, userId: row.user_id, name: row.name, judged: row.judged, waiting: row.waiting }));
}

/** Batches whose day has come and that nobody was told of yet: marked as told, with who is to know. Locked by the update. */
export async function fallDue(tx: Tx): Promise<{ id: string; projectId: string; createdBy: string; people: string[]; open: boolean }[]> {
	const rows = await rowsOf<{ id: string; project_id: string; created_by: string; people: string[]; open: boolean }>(
		tx,
		sql`with due as (update assignments set overdue_told_at = now() where ended_at is null and overdue_told_at is null and due_at <= now() returning id, project_id, created_by)
			select a.id, a.project_id, a.created_by,
				exists (select 1 from assignment_items i join comparisons c on c.id = i.comparison_id where i.assignment_id = a.id and c.status in ('open', 'exhausted')) as open,
				array(
					select who.user_id from (
						select ap.user_id from assignment_people ap where ap.assignment_id = a.id
						union select d.to_user_id from assignment_people ap join delegations d on d.from_user_id = ap.user_id and d.project_id = a.project_id
							where ap.assignment_id = a.id and d.ended_at is null and d.starts_at <= now() and d.ends_at > now()) who
					where ${waitingIn(sql`who.user_id`)} > 0) as people
			from due a order by a.id`
	);
	return rows.map((row) => ({ id: row.id, projectId: row.project_id, createdBy: row.created_by, people: row.people, open: row.open }));
}
