import { sql } from 'drizzle-orm';
import type { ServerStatus, ServerWish, ServingEngine } from '../../domain/model-server.ts';
import type { RunProblem } from '../../domain/run-problem.ts';
import type { Executor, Tx } from './client.ts';
import { isoTime, rowsOf } from './rows.ts';

/** A server that workers run. Its key is not here: the gateway's reading of servers has it. */
export type ModelServer = {
	id: string;
	projectId: string;
	name: string;
	gpus: number;
	status: ServerStatus;
	wish: ServerWish;
	attempt: number;
	/** Host of the worker that holds it. */
	hostname: string | null;
	engine: ServingEngine | null;
	devices: number[] | null;
	failures: number;
	/** When it is tried again, where it waits after a failure. */
	nextTryAt: string | null;
	readyAt: string | null;
	problem: RunProblem | null;
	createdAt: string;
	endedAt: string | null;
};

type Row = {
	id: string;
	project_id: string;
	name: string;
	gpus: number;
	status: ServerStatus;
	wish: ServerWish;
	attempt: number;
	hostname: string | null;
	engine: ServingEngine | null;
	devices: number[] | null;
	failures: number;
	next_try_at: string;
	ready_at: string | null;
	problem: RunProblem | null;
	created_at: string;
	ended_at: string | null;
};

const instant = (text: string | null): string | null => (text === null ? null : isoTime(text));

const toServer = (row: Row): ModelServer => ({
	id: row.id,
	projectId: row.project_id,
	name: row.name,
	gpus: row.gpus,
	status: row.status,
	wish: row.wish,
	attempt: row.attempt,
	hostname: row.hostname,
	engine: row.engine,
	devices: row.devices,
	failures: row.failures,
	nextTryAt: row.status === 'waiting' && row.failures > 0 ? isoTime(row.next_try_at) : null,
	readyAt: instant(row.ready_at),
	problem: row.problem,
	createdAt: isoTime(row.created_at),
	endedAt: instant(row.ended_at)
});

const whole = sql`select s.*, w.hostname from model_servers s left join workers w on w.id = s.worker_id`;
/** Those that an attempt holds. */
const HELD = sql`status in ('starting','ready','stopping')`;
/** What a row that nobody holds any more says of its holder. */
const LET_GO = sql`worker_id = null, heartbeat_at = null, base_url = null, sealed_key = null, devices = null, ready_at = null`;

/** Adds a server, which waits for a worker. */
export async function insert(tx: Tx, of: { projectId: string; name: string; gpus: number; createdBy: string }): Promise<string> {
	const rows = await rowsOf<{ id: string }>(tx, sql`insert into model_servers (project_id, name, gpus, created_by) values (${of.projectId}, ${of.name}, ${of.gpus}, ${of.createdBy}) returning id`);
	return rows[0]?.id ?? '';
}

/** One server. */
export async function get(db: Executor, id: string): Promise<ModelServer | null> {
	const rows = await rowsOf<Row>(db, sql`${whole} where s.id = ${id}`);
	return rows[0] ? toServer(rows[0]) : null;
}

/** One server, locked against whoever else would change it. */
export async function lock(tx: Tx, id: string): Promise<ModelServer | null> {
	await tx.execute(sql`select 1 from model_servers where id = ${id} for update`);
	return get(tx, id);
}

/** Servers of a project that have not ended, newest first. */
export async function list(db: Executor, projectId: string): Promise<ModelServer[]> {
	return (await rowsOf<Row>(db, sql`${whole} where s.project_id = ${projectId} and s.status <> 'ended' order by s.id desc`)).map(toServer);
}

/** Servers that wait and whose time has come, in the order in which they were asked for, with the GPUs that each takes. */
export async function due(db: Executor): Promise<{ id: string; gpus: number }[]> {
	return rowsOf<{ id: string; gpus: number }>(db, sql`select id, gpus from model_servers where status = 'waiting' and next_try_at <= now() order by id limit 50`);
}

/** Takes a waiting server for a worker; gives the attempt's number, or null when it is no longer to be had. */
export async function take(tx: Tx, id: string, of: { workerId: string; devices: readonly number[] }): Promise<number | null> {
	const rows = await rowsOf<{ attempt: number }>(
		tx,
		sql`update model_servers set status = 'starting', attempt = attempt + 1, worker_id = ${of.workerId}, heartbeat_at = now(), wish = case when wish = 'restart' then 'run' else wish end,
				devices = array(select x::int from jsonb_array_elements_text(${JSON.stringify(of.devices)}::jsonb) x)
			where id = ${id} and status = 'waiting' and next_try_at <= now() returning attempt`
	);
	return rows[0]?.attempt ?? null;
}

/** Says that an attempt still holds its server; gives what people want of it, or null: another has it. */
export async function renew(db: Executor, id: string, attempt: number): Promise<ServerWish | null> {
	const rows = await rowsOf<{ wish: ServerWish }>(db, sql`update model_servers set heartbeat_at = now() where id = ${id} and attempt = ${attempt} and ${HELD} returning wish`);
	return rows[0]?.wish ?? null;
}

/** Says where a started server answers, and with what. False: another attempt has it, or it is to stop. */
export async function ready(tx: Tx, id: string, attempt: number, of: { baseUrl: string; sealedKey: string; engine: ServingEngine }): Promise<boolean> {
	const rows = await rowsOf(
		tx,
		sql`update model_servers set status = 'ready', ready_at = now(), base_url = ${of.baseUrl}, sealed_key = ${of.sealedKey}, engine = ${of.engine}, problem = null, heartbeat_at = now() where id = ${id} and attempt = ${attempt} and status = 'starting' returning id`
	);
	return rows.length > 0;
}

/** Says that a server takes nothing new and lets go of what is under way. False: another attempt has it. */
export async function stopping(db: Executor, id: string, attempt: number): Promise<boolean> {
	return (await rowsOf(db, sql`update model_servers set status = 'stopping', base_url = null, sealed_key = null where id = ${id} and attempt = ${attempt} and ${HELD} returning id`)).length > 0;
}

/** How an attempt at a server ended, told under the lock of `lockHeld`. */
export type LetGo = { status: 'waiting'; inSeconds: number; failures: number; problem: RunProblem | null } | { status: 'failed'; failures: number; problem: RunProblem } | { status: 'ended' };

/** A server that an attempt holds, locked; with how long it has answered, in seconds. Null: another has it. */
export async function lockHeld(tx: Tx, id: string, attempt: number): Promise<(ModelServer & { steadySeconds: number }) | null> {
	const rows = await rowsOf<Row & { steady: number }>(tx, sql`select s.*, null as hostname, coalesce(extract(epoch from now() - s.ready_at), 0)::float8 as steady from model_servers s where id = ${id} and attempt = ${attempt} and ${HELD} for update`);
	return rows[0] ? { ...toServer(rows[0]), steadySeconds: rows[0].steady } : null;
}

/** Puts a locked server back in line, leaves it for a person, or ends it for good. */
export async function letGo(tx: Tx, id: string, of: LetGo): Promise<void> {
	if (of.status === 'ended') await tx.execute(sql`update model_servers set status = 'ended', ended_at = now(), problem = null, ${LET_GO} where id = ${id}`);
	else
		await tx.execute(sql`update model_servers set status = ${of.status}, failures = ${of.failures}, problem = ${of.problem === null ? null : JSON.stringify(of.problem)}::jsonb,
			next_try_at = now() + make_interval(secs => ${of.status === 'waiting' ? of.inSeconds : 0}), ${LET_GO} where id = ${id}`);
}

/** Puts a server that nobody holds in line for its next try, now. */
export async function tryNow(tx: Tx, id: string): Promise<void> {
	await tx.execute(sql`update model_servers set status = 'waiting', wish = 'run', failures = 0, problem = null, next_try_at = now() where id = ${id} and status in ('waiting','failed')`);
}

/** Says what people want of a server that a worker holds. */
export async function want(tx: Tx, id: string, wish: Exclude<ServerWish, 'run'>): Promise<void> {
	await tx.execute(sql`update model_servers set wish = ${wish} where id = ${id} and wish <> 'end'`);
}

/** Workers renew every two seconds; a database that was away hears of all servers again within this. */
const HEARD_AGAIN_SECONDS = 6;

/** Held servers whose worker was not heard of for so long, locked, those being changed left out. None right after the database came up: nobody could be heard of before. */
export async function silent(tx: Tx, silentSeconds: number): Promise<Lost[]> {
	return rowsOf<Lost>(
		tx,
		sql`select id, attempt, wish from model_servers where ${HELD} and heartbeat_at < now() - make_interval(secs => ${silentSeconds})
			and pg_postmaster_start_time() < now() - make_interval(secs => ${HEARD_AGAIN_SECONDS}) for update skip locked`
	);
}

/** A server whose worker is gone. */
export type Lost = { id: string; attempt: number; wish: ServerWish };

/** The same of workers that are known to be dead. */
export async function heldBy(tx: Tx, workerIds: readonly string[]): Promise<Lost[]> {
	return rowsOf<Lost>(tx, sql`select id, attempt, wish from model_servers where ${HELD} and worker_id in ${[...workerIds]} for update`);
}

/** Whether this attempt holds the server and was heard of lately. */
export async function isHeld(db: Executor, id: string, attempt: number, silentSeconds: number): Promise<boolean> {
	const rows = await rowsOf<{ held: boolean }>(db, sql`select exists (select 1 from model_servers where id = ${id} and attempt = ${attempt} and ${HELD} and heartbeat_at > now() - make_interval(secs => ${silentSeconds})) as held`);
	return rows[0]?.held === true;
}

/** The end of what a server's attempt said. */
export type ServerLog = { lines: string[]; cut: boolean };

/** Keeps the end of what an attempt said, over what was kept before. Nothing where another attempt has the server. */
export async function putLog(db: Executor, id: string, attempt: number, log: ServerLog): Promise<void> {
	await db.execute(sql`insert into model_server_logs (server_id, lines, cut) select id, array(select jsonb_array_elements_text(${JSON.stringify(log.lines)}::jsonb)), ${log.cut} from model_servers where id = ${id} and attempt = ${attempt}
		on conflict (server_id) do update set lines = excluded.lines, cut = excluded.cut, updated_at = now()`);
}

/** What is kept of a server's log. */
export async function log(db: Executor, id: string): Promise<ServerLog> {
	const rows = await rowsOf<ServerLog>(db, sql`select lines, cut from model_server_logs where server_id = ${id}`);
	return rows[0] ?? { lines: [], cut: false };
}
