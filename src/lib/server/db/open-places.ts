import { sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import { everAssigned } from './assigned-slots.ts';
import { openTo } from './audiences.ts';
import type { Executor, Tx } from './client.ts';
import { rowsOf, uuids } from './rows.ts';
import { mayTake } from './slots.ts';
import type { FreeSlot } from './slots.ts';
import { mayHoldAnother } from './tasks.ts';
import { writtenBy } from './walls.ts';

/** Open places behind the person's cursor that a claim looks at one by one before it asks for all at once. */
const NEAR = 64;
/** Places found at once that a claim then tries to lock. */
const PAGE = 50;

type SlotRow = { id: string; comparison_id: string; content_hash: string; position: number; order_key: string; task_id: string | null };

const columns = sql`s.id, s.comparison_id, (select c.content_hash from comparisons c where c.id = s.comparison_id) as content_hash, s.position, s.order_key, s.task_id`;

const toSlot = (row: SlotRow | undefined): FreeSlot | null =>
	row ? { id: row.id, comparisonId: row.comparison_id, contentHash: row.content_hash, position: row.position, orderKey: Number(row.order_key), lapsedTaskId: row.task_id } : null;

/** Statement that finds and locks the next place behind `after`; `mine`: what it reads the round and the cursor of, where they are not known yet. */
const near = (of: { mine?: SQL; roundId: string | SQL; userId: string; after: number | SQL }): SQL => {
	const open = sql`s.round_id = ${of.roundId} and s.judgment_id is null and s.order_key > ${of.after}`;
	return sql`${of.mine ?? sql``} select ${columns}, s.round_id from slots s
		where ${open} and s.order_key <= coalesce((select s.order_key from slots s where ${open} order by s.order_key, s.position offset ${NEAR} limit 1), 9223372036854775807) and ${mayTake(of.userId)}
		order by s.order_key, s.position
		limit 1
		for update of s skip locked`;
};

/**
 * The next place in stored random order that this person may judge, locked, if it
 * is among the next few open ones: it nearly always is. Places that others are
 * taking at this moment are passed over.
 */
export async function nextNear(tx: Tx, of: { roundId: string; userId: string; after: number }): Promise<FreeSlot | null> {
	return toSlot((await rowsOf<SlotRow>(tx, near(of)))[0]);
}

/**
 * The same in the newest round of a project, behind the cursor the person has
 * there, with the round it is of: to be sent behind `progress.lockNewest`
 * without waiting for its answer. Null also where something comes before the
 * queue, which may be waited for and by somebody who waits for this place: work
 * that was assigned or delegated, and what the person holds already.
 */
export async function nextNewest(tx: Tx, of: { slug: string; userId: string; claimKey: string | null }): Promise<(FreeSlot & { roundId: string }) | null> {
	const { slug, userId, claimKey } = of;
	const mine = sql`with mine as materialized (select a.round_id, a.cursor from annotator_progress a where a.user_id = ${userId}
		and a.round_id = (select id from rounds where project_id = (select id from projects where slug = ${slug}) order by number desc limit 1)
		and not ${everAssigned(userId)} and ${mayHoldAnother(userId, claimKey)})`;
	const row = (await rowsOf<SlotRow & { round_id: string }>(tx, near({ mine, roundId: sql`(select round_id from mine)`, userId, after: sql`(select cursor from mine)` })))[0];
	const slot = toSlot(row);
	return slot && row ? { ...slot, roundId: row.round_id } : null;
}

/** Comparisons of which a person holds a place, or which they hold as gold: three at most, and what lapsed. */
const heldBy = (userId: string): SQL => sql`
	select t.comparison_id from tasks t where t.annotator_id = ${userId} and t.state = 'live'
		and (t.purpose = 'gold' and t.expires_at > now() or exists (select 1 from slots own where own.id = t.slot_id and own.task_id = t.id))`;

/**
 * Whether a person may take an open place `s` of a round with its comparison `c`:
 * the same as `mayTake`, asked of all places at once. Only those of audiences
 * that the person belongs to are read, and what the person has done is read once
 * and taken off. Never the last word: `mayTake` says that of the place to be leased.
 */
const takeable = (roundId: string, userId: string): SQL => sql`s.round_id = ${roundId} and s.judgment_id is null and s.audience_id = any (${openTo(userId, roundId)})
	and c.status in ('open', 'exhausted')
	and (s.task_id is null or (select t.expires_at from tasks t where t.id = s.task_id) <= now())
	and (s.annotator_id = ${userId} or s.comparison_id not in (${heldBy(userId)}))
	and s.comparison_id not in (${writtenBy(userId)})
	and not exists (select 1 from skips k where k.comparison_id = s.comparison_id and k.user_id = ${userId})
	and not exists (select 1 from judgments j where j.comparison_id = s.comparison_id and j.judge_user_id = ${userId} and not exists (select 1 from judgment_voids v where v.judgment_id = j.id))
	and not exists (select 1 from tasks k where k.comparison_id = s.comparison_id and k.annotator_id = ${userId} and k.purpose = 'adjudication')`;

/** A place that was open to a person when it was looked for; `wrapped` when it lies before their cursor. */
export type OpenPlace = { id: string; orderKey: number; position: number; wrapped: boolean };

/** The next places of the whole round that a person may take, in stored random order from their cursor on and then from the start; none locked. `after` goes on from the last of a page. */
export async function list(db: Executor, of: { roundId: string; userId: string; cursor: number; after: OpenPlace | null }): Promise<OpenPlace[]> {
	const { after } = of;
	const rows = await rowsOf<{ id: string; order_key: string; position: number; wrapped: boolean }>(
		db,
		sql`select s.id, s.order_key, s.position, s.order_key <= ${of.cursor} as wrapped from slots s join comparisons c on c.id = s.comparison_id
			where ${takeable(of.roundId, of.userId)}
				${after ? sql`and (s.order_key <= ${of.cursor}, s.order_key, s.position) > (${after.wrapped}::boolean, ${after.orderKey}::bigint, ${after.position}::int)` : sql``}
			order by 4, 2, 3 limit ${PAGE}`
	);
	return rows.map((row) => ({ id: row.id, orderKey: Number(row.order_key), position: row.position, wrapped: row.wrapped }));
}

/**
 * The first of these places that the person may still take, locked. `wait` false
 * passes over those that others are taking at this moment; true waits for them,
 * so that finding nothing is true (semantics 8).
 */
export async function lockOne(tx: Tx, places: readonly OpenPlace[], of: { userId: string; cursor: number; wait: boolean }): Promise<FreeSlot | null> {
	if (places.length === 0) return null;
	return toSlot(
		(
			await rowsOf<SlotRow>(
				tx,
				sql`select ${columns} from slots s where s.id in ${uuids(places.map(({ id }) => id))} and s.judgment_id is null and ${mayTake(of.userId)}
					order by s.order_key <= ${of.cursor}, s.order_key, s.position
					limit 1
					for update of s ${of.wait ? sql`` : sql`skip locked`}`
			)
		)[0]
	);
}

/** How many comparisons of the round this person may still judge or holds, at most `cap`: what the page says is left. */
export async function leftFor(db: Executor, roundId: string, userId: string, cap: number): Promise<number> {
	const rows = await rowsOf<{ n: number }>(
		db,
		sql`select count(*)::int as n from (
			select s.comparison_id from slots s join comparisons c on c.id = s.comparison_id where ${takeable(roundId, userId)}
			union
			select s.comparison_id from slots s where s.annotator_id = ${userId} and s.round_id = ${roundId} and s.judgment_id is null
			limit ${cap}) x`
	);
	return rows[0]?.n ?? 0;
}
