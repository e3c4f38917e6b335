import { sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import type { Executor, Tx } from './client.ts';
import { rowsOf } from './rows.ts';
import { mayTake } from './slots.ts';
import type { FreeSlot } from './slots.ts';

/** Seconds in which a batch that held nothing for a person is not walked again. What is freed there meanwhile, the queue gives. */
const LEFT_ALONE_SECONDS = 30;

/** Ids of the assignments that are a person's: given to them, or to somebody whose work is delegated to them now. */
export const assignedTo = (userId: string | SQL, projectId: SQL): SQL => sql`(
	select ap.assignment_id from assignment_people ap where ap.user_id = ${userId}
	union select ap.assignment_id from delegations d join assignment_people ap on ap.user_id = d.from_user_id
		where d.to_user_id = ${userId} and d.project_id = ${projectId} and d.ended_at is null and d.starts_at <= now() and d.ends_at > now())`;

/** Whether work was ever assigned or delegated to a person, anywhere: to most it never was. */
export const everAssigned = (userId: string): SQL =>
	sql`(exists (select 1 from assignment_people where user_id = ${userId}) or exists (select 1 from delegations where to_user_id = ${userId}))`;

/** A batch of a person's, and how far they have come in it. */
export type OwnBatch = { id: string; cursor: number };

/** Running batches of a person in a round, the one due first at the head; without those that held nothing for them a moment ago. */
export async function batches(tx: Tx, of: { projectId: string; roundId: string; userId: string }): Promise<OwnBatch[]> {
	const rows = await rowsOf<{ id: string; cursor: string | null }>(
		tx,
		sql`select a.id, k.cursor from assignments a left join assignment_cursors k on k.assignment_id = a.id and k.user_id = ${of.userId}
			where a.id in ${assignedTo(of.userId, sql`${of.projectId}`)} and a.round_id = ${of.roundId} and a.ended_at is null
				and (k.empty_at is null or k.empty_at <= now() - make_interval(secs => ${LEFT_ALONE_SECONDS}))
			order by a.due_at nulls last, a.id`
	);
	return rows.map((row) => ({ id: row.id, cursor: row.cursor === null ? -1 : Number(row.cursor) }));
}

/**
 * The next place of a batch that this person may judge, locked, in the queue's
 * order. Places that others are taking at this moment are passed over: the queue
 * behind the batches waits for them where that matters.
 */
export async function nextAssigned(tx: Tx, of: { assignmentId: string; userId: string; after: number }): Promise<FreeSlot | null> {
	const rows = await rowsOf<{ id: string; comparison_id: string; content_hash: string; position: number; order_key: string; task_id: string | null }>(
		tx,
		sql`select s.id, s.comparison_id, (select c.content_hash from comparisons c where c.id = s.comparison_id) as content_hash, s.position, i.order_key, s.task_id
			from assignment_items i join slots s on s.comparison_id = i.comparison_id
			where i.assignment_id = ${of.assignmentId} and i.order_key > ${of.after} and s.judgment_id is null and ${mayTake(of.userId)}
			order by i.order_key, s.position
			limit 1
			for update of s skip locked`
	);
	const row = rows[0];
	return row
		? { id: row.id, comparisonId: row.comparison_id, contentHash: row.content_hash, position: row.position, orderKey: Number(row.order_key), lapsedTaskId: row.task_id }
		: null;
}

/** Keeps how far a person has come in a batch. */
export async function moveTo(tx: Tx, of: { assignmentId: string; userId: string; cursor: number }): Promise<void> {
	await tx.execute(sql`insert into assignment_cursors (assignment_id, user_id, cursor) values (${of.assignmentId}, ${of.userId}, ${of.cursor})
		on conflict (assignment_id, user_id) do update set cursor = excluded.cursor, empty_at = null`);
}

/** Keeps that a batch held nothing for a person just now. */
export async function nothingIn(tx: Tx, of: { assignmentId: string; userId: string }): Promise<void> {
	await tx.execute(sql`insert into assignment_cursors (assignment_id, user_id, empty_at) values (${of.assignmentId}, ${of.userId}, now())
		on conflict (assignment_id, user_id) do update set cursor = -1, empty_at = now()`);
}

/** Most pairs that are counted for “waits for you”. */
export const WAITING_CAP = 500;

/** What of a batch (row alias `a`) still waits for a person: pairs with an open place that they may take or hold. A scalar subquery again: as a join, everything would be looked at before the first. */
export const waitingIn = (userId: string | SQL): SQL => sql`(
	select count(*)::int from (
		select 1 from assignment_items i
		where i.assignment_id = a.id and (
			select true from slots s where s.comparison_id = i.comparison_id and s.judgment_id is null and (s.annotator_id = ${userId} or (${mayTake(userId)})) limit 1)
		limit ${WAITING_CAP + 1}) w)`;

/** Assigned work that waits for a person in a round. */
export type WaitingBatch = { id: string; name: string; dueAt: string | null; late: boolean; waiting: number };

/** Running batches of a person that still hold work for them, the one due first at the head. */
export async function waitingFor(db: Executor, of: { projectId: string; roundId: string; userId: string }): Promise<WaitingBatch[]> {
	const rows = await rowsOf<{ id: string; name: string; due_at: string | null; late: boolean; waiting: number }>(
		db,
		sql`select * from (
				select a.id, a.name, a.due_at, coalesce(a.due_at <= now(), false) as late, ${waitingIn(of.userId)} as waiting from assignments a
				where a.id in ${assignedTo(of.userId, sql`${of.projectId}`)} and a.round_id = ${of.roundId} and a.ended_at is null) x
			where waiting > 0 order by due_at nulls last, id`
	);
	return rows.map((row) => ({ id: row.id, name: row.name, dueAt: row.due_at === null ? null : new Date(row.due_at).toISOString(), late: row.late, waiting: row.waiting }));
}
