import { sql } from 'drizzle-orm';
import type { Executor, Tx } from './client.ts';
import { isoTime, rowsOf } from './rows.ts';

/** A model elsewhere that a project may ask. Its key is not here: `sealedKey` alone reads it. */
export type Endpoint = {
	id: string;
	projectId: string;
	name: string;
	baseUrl: string;
	model: string;
	hasKey: boolean;
	/** Of a million tokens; null: not told. */
	priceIn: number | null;
	priceOut: number | null;
	currency: string;
	concurrency: number;
	createdAt: string;
	retiredAt: string | null;
};

type Row = {
	id: string;
	project_id: string;
	name: string;
	base_url: string;
	model: string;
	has_key: boolean;
	price_in: number | null;
	price_out: number | null;
	currency: string;
	concurrency: number;
	created_at: string;
	retired_at: string | null;
};

const toEndpoint = (row: Row): Endpoint => ({
	id: row.id,
	projectId: row.project_id,
	name: row.name,
	baseUrl: row.base_url,
	model: row.model,
	hasKey: row.has_key,
	priceIn: row.price_in,
	priceOut: row.price_out,
	currency: row.currency,
	concurrency: row.concurrency,
	createdAt: isoTime(row.created_at),
	retiredAt: row.retired_at === null ? null : isoTime(row.retired_at)
});

const columns = sql`id, project_id, name, base_url, model, sealed_key is not null as has_key, price_in, price_out, currency, concurrency, created_at, retired_at`;

/** What may change of an endpoint; its address and model may not. */
export type EndpointSettings = Pick<Endpoint, 'name' | 'priceIn' | 'priceOut' | 'currency' | 'concurrency'>;

/** Adds an endpoint without a key; null when a living one has the name. */
export async function insert(tx: Tx, of: EndpointSettings & Pick<Endpoint, 'projectId' | 'baseUrl' | 'model'>): Promise<Endpoint | null> {
	const rows = await rowsOf<Row>(
		tx,
		sql`insert into endpoints (project_id, name, base_url, model, price_in, price_out, currency, concurrency)
			values (${of.projectId}, ${of.name}, ${of.baseUrl}, ${of.model}, ${of.priceIn}, ${of.priceOut}, ${of.currency}, ${of.concurrency})
			on conflict do nothing returning ${columns}`
	);
	return rows[0] ? toEndpoint(rows[0]) : null;
}

/** Changes an endpoint; false when another living one has the name. */
export async function update(tx: Tx, id: string, of: EndpointSettings): Promise<boolean> {
	const rows = await rowsOf<{ id: string }>(
		tx,
		sql`update endpoints e set name = ${of.name}, price_in = ${of.priceIn}, price_out = ${of.priceOut}, currency = ${of.currency}, concurrency = ${of.concurrency}
			where id = ${id} and not exists (select 1 from endpoints other where other.project_id = e.project_id and other.name = ${of.name} and other.id <> e.id and other.retired_at is null) returning id`
	);
	return rows.length > 0;
}

/** Stores a sealed key; null takes it away. */
export async function putKey(tx: Tx, id: string, sealed: string | null): Promise<void> {
	await tx.execute(sql`update endpoints set sealed_key = ${sealed} where id = ${id}`);
}

/** Retires an endpoint and forgets its key; its answers go on naming it. False when it was retired before. */
export async function retire(tx: Tx, id: string): Promise<boolean> {
	const rows = await rowsOf<{ id: string }>(tx, sql`update endpoints set retired_at = now(), sealed_key = null where id = ${id} and retired_at is null returning id`);
	return rows.length > 0;
}

/** One endpoint, locked against changes of its name and key. */
export async function lock(tx: Tx, id: string): Promise<Endpoint | null> {
	const rows = await rowsOf<Row>(tx, sql`select ${columns} from endpoints where id = ${id} for update`);
	return rows[0] ? toEndpoint(rows[0]) : null;
}

/** One endpoint. */
export async function get(db: Executor, id: string): Promise<Endpoint | null> {
	const rows = await rowsOf<Row>(db, sql`select ${columns} from endpoints where id = ${id}`);
	return rows[0] ? toEndpoint(rows[0]) : null;
}

/** Living endpoints of a project, by name. */
export async function list(db: Executor, projectId: string): Promise<Endpoint[]> {
	return (await rowsOf<Row>(db, sql`select ${columns} from endpoints where project_id = ${projectId} and retired_at is null order by name`)).map(toEndpoint);
}

/** The sealed key of an endpoint, for the worker that asks it. */
export async function sealedKey(db: Executor, id: string): Promise<string | null> {
	return (await rowsOf<{ sealed_key: string | null }>(db, sql`select sealed_key from endpoints where id = ${id}`))[0]?.sealed_key ?? null;
}
