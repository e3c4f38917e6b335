import { sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import type { RunProblem } from '../../domain/run-problem.ts';
import type { Executor, Tx } from './client.ts';
import { rowsOf } from './rows.ts';

/** Lost workers after which an evaluation, a generation or an export is given up: it may be what kills them. */
export const MAX_LOSSES = 3;

/** What workers do in attempts, each with a heartbeat. */
const WORKS = ['evaluations', 'generations', 'checkpoint_exports'] as const;
export type Work = (typeof WORKS)[number];

/** A row whose worker was lost: in line again, or given up. */
export type Lost = { id: string; projectId: string; status: 'queued' | 'failed'; losses: number };

/**
 * Puts running rows whose worker is lost back in line; those that lost too many end. Losses are kept in the row's
 * problem and not read from its attempts: an attempt that a worker gave back in order is none.
 */
async function requeueLost(tx: Tx, table: Work, which: SQL): Promise<Lost[]> {
	const losses = sql`coalesce((problem->>'times')::int, 0) + 1`;
	const givenUp = sql`${losses} >= ${MAX_LOSSES}::int`;
	const rows = await rowsOf<{ id: string; project_id: string; status: Lost['status']; losses: number }>(
		tx,
		sql`update ${sql.identifier(table)} set status = case when ${givenUp} then 'failed' else 'queued' end,
				finished_at = case when ${givenUp} then now() end,
				problem = jsonb_build_object('code', 'worker_lost', 'times', ${losses},
					'message', case when ${givenUp} then format('The worker was lost %s times.', ${losses}) else 'The worker that did it is gone.' end)
			where status = 'running' and ${which} returning id, project_id, status, (problem->>'times')::int as losses`
	);
	return rows.map(({ id, project_id: projectId, status, losses: times }) => ({ id, projectId, status, losses: times }));
}

/** Whether an attempt still does its work, and was heard of lately. */
export async function holds(db: Executor, table: Work, of: { id: string; attempt: number }, silentSeconds: number): Promise<boolean> {
	const rows = await rowsOf<{ held: boolean }>(
		db,
		sql`select exists (select 1 from ${sql.identifier(table)} where id = ${of.id} and attempt = ${of.attempt} and status = 'running' and heartbeat_at > now() - make_interval(secs => ${silentSeconds})) as held`
	);
	return rows[0]?.held === true;
}

/** Ends work with a problem; false when the attempt no longer holds it. */
export async function fail(tx: Tx, table: Work, of: { id: string; attempt: number }, problem: RunProblem): Promise<boolean> {
	return (await rowsOf(tx, sql`update ${sql.identifier(table)} set status = 'failed', problem = ${JSON.stringify(problem)}::jsonb, finished_at = now() where id = ${of.id} and attempt = ${of.attempt} and status = 'running' returning id`)).length > 0;
}

/** Ends work that waits or is under way because a person says so; false when it is over. */
export async function stop(tx: Tx, table: Work, id: string, why: RunProblem): Promise<boolean> {
	return (await rowsOf(tx, sql`update ${sql.identifier(table)} set status = 'failed', problem = ${JSON.stringify(why)}::jsonb, finished_at = now() where id = ${id} and status in ('queued', 'running') returning id`)).length > 0;
}

/** Puts work that its worker gives back in line again; false when the attempt no longer holds it. */
export async function giveBack(tx: Tx, table: Work, of: { id: string; attempt: number }): Promise<boolean> {
	return (await rowsOf(tx, sql`update ${sql.identifier(table)} set status = 'queued' where id = ${of.id} and attempt = ${of.attempt} and status = 'running' returning id`)).length > 0;
}

/**
 * Puts work back in line that met something out of reach, with the reason; the losses that it had stay counted.
 * @returns how often in a row that is now; null when the attempt no longer holds it
 */
export async function putOff(tx: Tx, table: Work, of: { id: string; attempt: number }, why: RunProblem): Promise<number | null> {
	const waits = sql`case when problem->>'code' = ${why.code}::text then coalesce((problem->>'waits')::int, 0) else 0 end + 1`;
	const rows = await rowsOf<{ waits: number }>(
		tx,
		sql`update ${sql.identifier(table)} set status = 'queued', problem = jsonb_strip_nulls(${JSON.stringify(why)}::jsonb || jsonb_build_object('waits', ${waits}, 'times', problem->'times'))
			where id = ${of.id} and attempt = ${of.attempt} and status = 'running' returning (problem->>'waits')::int as waits`
	);
	return rows[0]?.waits ?? null;
}

/** Attempts at any of them that these workers have not ended. */
export async function attemptsOf(db: Executor, workerIds: readonly string[]): Promise<{ id: string; attempt: number }[]> {
	const of = (table: Work) => rowsOf<{ id: string; attempt: number }>(db, sql`select id, attempt from ${sql.identifier(table)} where status = 'running' and worker_id in ${[...workerIds]}`);
	return (await Promise.all(WORKS.map(of))).flat();
}

/** Puts work whose worker fell silent back in line; too many losses end it. */
export async function requeueSilent(tx: Tx, table: Work, silentSeconds: number): Promise<Lost[]> {
	return requeueLost(tx, table, sql`heartbeat_at < now() - make_interval(secs => ${silentSeconds})`);
}

/** The same for what these workers were at: they are dead. */
export async function requeueOf(tx: Tx, table: Work, workerIds: readonly string[]): Promise<Lost[]> {
	return requeueLost(tx, table, sql`worker_id in ${[...workerIds]}`);
}
