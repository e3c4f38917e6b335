import { sql } from 'drizzle-orm';
import type { LauncherName } from '../../domain/launcher.ts';
import type { Executor } from './client.ts';
import { rowsOf } from './rows.ts';

/**
 * The line of queued runs: higher priority first; within one priority the project that trains least now, so that
 * nobody's sweep keeps another project waiting; then who came first.
 */
const LINE = sql`from runs r cross join lateral (select count(*) as n from runs o where o.project_id = r.project_id and o.status in ('preparing', 'running', 'stopping')) busy
	where r.status = 'queued'`;
const ORDER = sql`order by r.priority desc, busy.n, r.id`;

/** Ids of runs that wait for a worker, in the order in which they will be taken. */
export async function queued(db: Executor): Promise<string[]> {
	return (await rowsOf<{ id: string }>(db, sql`select r.id ${LINE} ${ORDER}`)).map((row) => row.id);
}

/** The run that a worker should take next, of those that it can place; null when there is none. */
export async function next(db: Executor, launchers: readonly LauncherName[]): Promise<string | null> {
	if (launchers.length === 0) return null;
	const rows = await rowsOf<{ id: string }>(db, sql`select r.id ${LINE} and r.launcher in ${[...launchers]} ${ORDER} limit 1`);
	return rows[0]?.id ?? null;
}
