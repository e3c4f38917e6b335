import { sql } from 'drizzle-orm';
import type { Executor, Tx } from './client.ts';
import { isoTime, rowsOf } from './rows.ts';

/** A project whose questions are being looked through, and by which attempt. */
export type Scan = { projectId: string; attempt: number; wantedAt: string };

/** How far it is: nothing to do, or something waits; what stopped it last, when it last was done. */
export type ScanState = { state: 'waiting' | 'done'; looked: number; trouble: string | null; finishedAt: string | null };

/** Says that a project has questions that nobody looked at yet. */
export async function want(tx: Tx, projectId: string): Promise<void> {
	await tx.execute(sql`insert into near_duplicate_scans as s (project_id) values (${projectId})
		on conflict (project_id) do update set state = 'waiting', wanted_at = now(), looked = case when s.state = 'done' then 0 else s.looked end`);
}

/** Whether a project waits. */
export async function wanted(db: Executor): Promise<boolean> {
	const rows = await rowsOf<{ wanted: boolean }>(db, sql`select exists (select 1 from near_duplicate_scans where state = 'waiting') as wanted`);
	return rows[0]?.wanted === true;
}

/** Takes the project that waits longest, so that no other worker looks through it within the time given; null when none waits. */
export async function take(db: Executor, staleSeconds: number): Promise<Scan | null> {
	const rows = await rowsOf<{ project_id: string; attempt: number; wanted_at: string }>(
		db,
		sql`update near_duplicate_scans set taken_at = now(), attempt = attempt + 1 where project_id = (select project_id from near_duplicate_scans where state = 'waiting'
				and (taken_at is null or taken_at < now() - make_interval(secs => ${staleSeconds})) order by wanted_at limit 1 for update skip locked)
			returning project_id, attempt, wanted_at`
	);
	return rows[0] ? { projectId: rows[0].project_id, attempt: rows[0].attempt, wantedAt: rows[0].wanted_at } : null;
}

const own = (scan: Scan) => sql`project_id = ${scan.projectId} and attempt = ${scan.attempt}`;

/** Goes on with it, having looked at so many more. False: another attempt has taken it over. */
export async function goOn(tx: Tx, scan: Scan, looked: number): Promise<boolean> {
	return (await rowsOf(tx, sql`update near_duplicate_scans set taken_at = now(), looked = looked + ${looked} where ${own(scan)} returning 1`)).length > 0;
}

/** Ends it, unless more came meanwhile: then it waits again. Null: another attempt has it. */
export async function finish(tx: Tx, scan: Scan): Promise<{ looked: number } | null> {
	const rows = await rowsOf<{ looked: number }>(
		tx,
		sql`update near_duplicate_scans set taken_at = null, trouble = null, finished_at = now(), state = case when wanted_at = ${scan.wantedAt}::timestamptz then 'done' else 'waiting' end where ${own(scan)} returning looked`
	);
	return rows[0] ?? null;
}

/** Lets another worker take it at once. */
export async function giveBack(db: Executor, scan: Scan): Promise<void> {
	await db.execute(sql`update near_duplicate_scans set taken_at = null where ${own(scan)}`);
}

/** Says what went wrong; it is taken again after a while. */
export async function tellTrouble(db: Executor, scan: Scan, trouble: string): Promise<void> {
	await db.execute(sql`update near_duplicate_scans set taken_at = now(), trouble = ${trouble} where ${own(scan)}`);
}

/** Says on each that waits what keeps it waiting. */
export async function tellAll(db: Executor, trouble: string): Promise<void> {
	await db.execute(sql`update near_duplicate_scans set trouble = ${trouble} where state = 'waiting' and trouble is distinct from ${trouble}`);
}

/** Where a project stands; null: it has no questions yet. */
export async function get(db: Executor, projectId: string): Promise<ScanState | null> {
	const rows = await rowsOf<ScanState>(db, sql`select state, looked, trouble, finished_at as "finishedAt" from near_duplicate_scans where project_id = ${projectId}`);
	const [row] = rows;
	return row ? { ...row, finishedAt: row.finishedAt && isoTime(row.finishedAt) } : null;
}
