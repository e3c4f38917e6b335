import { sql } from 'drizzle-orm';
import type { Executor, Tx } from './client.ts';
import { isoTime, rowsOf } from './rows.ts';

/** Somebody does another's assigned work for a time. */
export type Delegation = { id: string; projectId: string; from: { id: string; name: string }; to: { id: string; name: string }; startsAt: string; endsAt: string; state: 'ahead' | 'now' | 'over' };

type Row = { id: string; project_id: string; from_user_id: string; from_name: string; to_user_id: string; to_name: string; starts_at: string; ends_at: string; state: Delegation['state'] };

const toDelegation = (row: Row): Delegation => ({
	id: row.id,
	projectId: row.project_id,
	from: { id: row.from_user_id, name: row.from_name },
	to: { id: row.to_user_id, name: row.to_name },
	startsAt: isoTime(row.starts_at),
	endsAt: isoTime(row.ends_at),
	state: row.state
});

const delegations = sql`select d.*, f.name as from_name, t.name as to_name, case when d.ended_at is not null or d.ends_at <= now() then 'over' when d.starts_at > now() then 'ahead' else 'now' end as state
	from delegations d join user_profiles f on f.user_id = d.from_user_id join user_profiles t on t.user_id = d.to_user_id`;

/** Hands a person's assigned work to another for a time; null: that time is over, or is no time. */
export async function insert(tx: Tx, of: { projectId: string; from: string; to: string; startsAt: string | null; endsAt: string; days: number; by: string }): Promise<string | null> {
	const rows = await rowsOf<{ id: string }>(
		tx,
		sql`insert into delegations (project_id, from_user_id, to_user_id, starts_at, ends_at, created_by)
			select ${of.projectId}, ${of.from}, ${of.to}, x.starts_at, x.ends_at, ${of.by} from (select coalesce(${of.startsAt}::timestamptz, now()) as starts_at, ${of.endsAt}::timestamptz as ends_at) x
			where x.ends_at > x.starts_at and x.ends_at > now() and x.ends_at <= x.starts_at + make_interval(days => ${of.days}) returning id`
	);
	return rows[0]?.id ?? null;
}

/** One delegation. */
export async function get(db: Executor, id: string): Promise<Delegation | null> {
	const rows = await rowsOf<Row>(db, sql`${delegations} where d.id = ${id}`);
	return rows[0] ? toDelegation(rows[0]) : null;
}

/** Delegations of a project that are not over, the one that begins first at the head; all, or those from or to one person. */
export async function list(db: Executor, projectId: string, userId: string | null): Promise<Delegation[]> {
	const mine = userId === null ? sql`` : sql`and ${userId} in (d.from_user_id, d.to_user_id)`;
	return (await rowsOf<Row>(db, sql`${delegations} where d.project_id = ${projectId} and d.ended_at is null and d.ends_at > now() ${mine} order by d.starts_at, d.id limit 200`)).map(toDelegation);
}

/** Ends a delegation before its time. False: it is over already. */
export async function end(tx: Tx, id: string): Promise<boolean> {
	return (await rowsOf<{ id: string }>(tx, sql`update delegations set ended_at = now() where id = ${id} and ended_at is null and ends_at > now() returning id`)).length > 0;
}
