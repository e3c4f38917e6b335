import { sql } from 'drizzle-orm';
import type { Hub, HubFacts, ModelStatus } from '../../domain/hub-model.ts';
import type { RunProblem } from '../../domain/run-problem.ts';
import type { Executor, Tx } from './client.ts';
import { isoTime, rowsOf } from './rows.ts';

/** One whose worker was not heard for so long may be taken by another. */
const LOST_SECONDS = 60;

/** A model of a hub that new projects may begin with. */
export type BaseModel = {
	id: string;
	hub: Hub;
	repo: string;
	/** As it was asked for. */
	revision: string;
	/** To what that was pinned; null until the hub was asked. */
	commit: string | null;
	facts: HubFacts | null;
	bytes: number | null;
	status: ModelStatus;
	attempt: number;
	doneBytes: number;
	hostname: string | null;
	problem: RunProblem | null;
	createdAt: string;
	retiredAt: string | null;
};

type Row = { id: string; hub: Hub; repo: string; revision: string; commit: string | null; facts: HubFacts | null; bytes: string | null; status: ModelStatus; attempt: number; done_bytes: string; hostname: string | null; problem: RunProblem | null; created_at: string; retired_at: string | null };

const toModel = ({ bytes, done_bytes, created_at, retired_at, id, hub, repo, revision, commit, facts, status, attempt, hostname, problem }: Row): BaseModel => ({
	...{ id, hub, repo, revision, commit, facts, status, attempt, hostname, problem },
	bytes: bytes === null ? null : Number(bytes),
	doneBytes: Number(done_bytes),
	createdAt: isoTime(created_at),
	retiredAt: retired_at === null ? null : isoTime(retired_at)
});

/** Puts a model on the list; null where the same revision is on it. */
export async function insert(tx: Tx, of: { hub: Hub; repo: string; revision: string; createdBy: string }): Promise<string | null> {
	const rows = await rowsOf<{ id: string }>(tx, sql`insert into base_models (hub, repo, revision, created_by) values (${of.hub}, ${of.repo}, ${of.revision}, ${of.createdBy}) on conflict do nothing returning id`);
	return rows[0]?.id ?? null;
}

/** One model, retired or not. */
export async function get(db: Executor, id: string): Promise<BaseModel | null> {
	const rows = await rowsOf<Row>(db, sql`select * from base_models where id = ${id}`);
	return rows[0] ? toModel(rows[0]) : null;
}

/** The list, newest first. */
export async function list(db: Executor): Promise<BaseModel[]> {
	return (await rowsOf<Row>(db, sql`select * from base_models where retired_at is null order by id desc`)).map(toModel);
}

/** Takes the oldest that waits to be looked up (`asked`) or fetched (`wanted`); null when there is none. */
export async function takeNext(db: Executor, waits: 'asked' | 'wanted'): Promise<BaseModel | null> {
	const underWay: ModelStatus = waits === 'asked' ? 'looking' : 'fetching';
	const rows = await rowsOf<Row>(
		db,
		sql`update base_models set status = ${underWay}, attempt = attempt + 1, heartbeat_at = now(), problem = null where id = (
			select id from base_models where retired_at is null and (status = ${waits} or (status = ${underWay} and heartbeat_at < now() - make_interval(secs => ${LOST_SECONDS})))
			order by id limit 1 for update skip locked) returning *`
	);
	return rows[0] ? toModel(rows[0]) : null;
}

/** Says how many bytes have come; false when another attempt has taken its place, or it was taken off the list. */
export async function heartbeat(db: Executor, id: string, attempt: number, doneBytes: number): Promise<boolean> {
	const rows = await rowsOf(db, sql`update base_models set heartbeat_at = now(), done_bytes = ${doneBytes} where id = ${id} and attempt = ${attempt} and status in ('looking', 'fetching') and retired_at is null returning id`);
	return rows.length > 0;
}

/** Writes what the hub says of it. */
export async function found(db: Executor, id: string, attempt: number, of: { commit: string; bytes: number; facts: HubFacts }): Promise<boolean> {
	const rows = await rowsOf(db, sql`update base_models set status = 'found', commit = ${of.commit}, bytes = ${of.bytes}, facts = ${JSON.stringify(of.facts)}::jsonb where id = ${id} and attempt = ${attempt} and status = 'looking' returning id`);
	return rows.length > 0;
}

/** Writes that it lies on a host. */
export async function ready(db: Executor, id: string, attempt: number, hostname: string): Promise<boolean> {
	return (await rowsOf(db, sql`update base_models set status = 'ready', hostname = ${hostname}, done_bytes = bytes where id = ${id} and attempt = ${attempt} and status = 'fetching' returning id`)).length > 0;
}

/** Ends an attempt with a problem. */
export async function fail(db: Executor, id: string, attempt: number, problem: RunProblem): Promise<boolean> {
	return (await rowsOf(db, sql`update base_models set status = 'failed', problem = ${JSON.stringify(problem)}::jsonb where id = ${id} and attempt = ${attempt} and status in ('looking', 'fetching') returning id`)).length > 0;
}

/** Gives it back because its worker goes down. */
export async function giveBack(db: Executor, id: string, attempt: number): Promise<void> {
	await db.execute(sql`update base_models set status = case status when 'looking' then 'asked' else 'wanted' end where id = ${id} and attempt = ${attempt} and status in ('looking', 'fetching')`);
}

/** Has it fetched, or looked up again where it was not found; false when it is under way, there, or off the list. */
export async function want(tx: Tx, id: string): Promise<boolean> {
	const rows = await rowsOf(tx, sql`update base_models set status = case when commit is null then 'asked' else 'wanted' end, problem = null where id = ${id} and status in ('found', 'failed') and retired_at is null returning id`);
	return rows.length > 0;
}

/** Takes it off the list; projects that began with it keep it. */
export async function retire(tx: Tx, id: string): Promise<boolean> {
	return (await rowsOf(tx, sql`update base_models set retired_at = now() where id = ${id} and retired_at is null returning id`)).length > 0;
}

/** Sets a hub's sealed token, or takes it away. */
export async function putToken(tx: Tx, hub: Hub, of: { sealed: string | null; userId: string }): Promise<void> {
	await tx.execute(
		of.sealed === null
			? sql`delete from hub_tokens where hub = ${hub}`
			: sql`insert into hub_tokens (hub, sealed_token, set_by) values (${hub}, ${of.sealed}, ${of.userId}) on conflict (hub) do update set sealed_token = excluded.sealed_token, set_by = excluded.set_by, set_at = now()`
	);
}

/** A hub's sealed token; null: none was given. */
export async function token(db: Executor, hub: Hub): Promise<string | null> {
	return (await rowsOf<{ sealed_token: string }>(db, sql`select sealed_token from hub_tokens where hub = ${hub}`))[0]?.sealed_token ?? null;
}

/** Hubs of which there is a token. */
export async function withToken(db: Executor): Promise<Hub[]> {
	return (await rowsOf<{ hub: Hub }>(db, sql`select hub from hub_tokens order by hub`)).map(({ hub }) => hub);
}
