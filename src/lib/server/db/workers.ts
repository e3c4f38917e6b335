import { sql } from 'drizzle-orm';
import type { WorkerCapabilities } from '../../domain/worker-capabilities.ts';
import type { Executor } from './client.ts';
import { isoTime, rowsOf } from './rows.ts';

/** A worker counts as alive when it was heard within this time: three of its beats. */
export const WORKER_ALIVE_SECONDS = 30;

export type Worker = { id: string; hostname: string; pid: number; capabilities: WorkerCapabilities; draining: boolean; startedAt: string; heartbeatAt: string };

/** Announces a worker. */
export async function insert(db: Executor, of: { hostname: string; pid: number; hostKey: string; capabilities: WorkerCapabilities }): Promise<string> {
	const rows = await rowsOf<{ id: string }>(
		db,
		sql`insert into workers (hostname, pid, host_key, capabilities) values (${of.hostname}, ${of.pid}, ${of.hostKey}, ${JSON.stringify(of.capabilities)}::jsonb) returning id`
	);
	return rows[0]?.id ?? '';
}

/** Says that a worker lives and what it can do now; gives whether it shall take nothing new. */
export async function heartbeat(db: Executor, id: string, capabilities: WorkerCapabilities): Promise<boolean> {
	const rows = await rowsOf<{ draining: boolean }>(db, sql`update workers set heartbeat_at = now(), capabilities = ${JSON.stringify(capabilities)}::jsonb where id = ${id} returning draining`);
	return rows[0]?.draining === true;
}

/** Says whether a living worker shall take nothing new; null when there is none of this id. */
export async function setDraining(db: Executor, id: string, draining: boolean): Promise<string | null> {
	const rows = await rowsOf<{ hostname: string }>(db, sql`update workers set draining = ${draining} where id = ${id} and stopped_at is null returning hostname`);
	return rows[0]?.hostname ?? null;
}

/** Says that a worker ended of its own will. */
export async function stop(db: Executor, id: string): Promise<void> {
	await db.execute(sql`update workers set stopped_at = now() where id = ${id}`);
}

/** Workers that live; or of those the ones that were announced before another. */
export async function alive(db: Executor, before?: string): Promise<Worker[]> {
	const earlier = before === undefined ? sql`` : sql`and (started_at, id) < (select started_at, id from workers where id = ${before})`;
	const rows = await rowsOf<{ id: string; hostname: string; pid: number; capabilities: WorkerCapabilities; draining: boolean; started_at: string; heartbeat_at: string }>(
		db,
		sql`select id, hostname, pid, capabilities, draining, started_at, heartbeat_at from workers where stopped_at is null and heartbeat_at > now() - make_interval(secs => ${WORKER_ALIVE_SECONDS}) ${earlier} order by id`
	);
	return rows.map((row) => ({ id: row.id, hostname: row.hostname, pid: row.pid, capabilities: row.capabilities, draining: row.draining, startedAt: isoTime(row.started_at), heartbeatAt: isoTime(row.heartbeat_at) }));
}

/** Workers that were ever announced from the host of this one, itself among them. */
export async function onHostOf(db: Executor, id: string): Promise<Set<string>> {
	const rows = await rowsOf<{ id: string }>(db, sql`select id from workers where host_key = (select host_key from workers where id = ${id})`);
	return new Set(rows.map((row) => row.id));
}

/** Workers of a host that never said that they ended. */
export async function unstoppedOfHost(db: Executor, hostKey: string): Promise<{ id: string; pid: number }[]> {
	return rowsOf<{ id: string; pid: number }>(db, sql`select id, pid from workers where host_key = ${hostKey} and stopped_at is null`);
}
