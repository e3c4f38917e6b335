import { sql } from 'drizzle-orm';
import type { Executor, Tx } from './client.ts';
import { rowsOf } from './rows.ts';

/** An entry as it is hashed: everything but the moment it was sealed. */
export type ChainEntry = {
	id: string;
	actorId: string | null;
	actorKind: string;
	action: string;
	projectId: string | null;
	subjectKind: string;
	subjectId: string;
	details: Record<string, unknown> | null;
	at: string;
};

export type Seal = { id: number; untilTxid: string; untilId: number; entries: number; previousHash: string; hash: string };

const COLUMNS = sql`id::text as id, txid::text as txid, actor_id as "actorId", actor_kind as "actorKind", action, project_id as "projectId", subject_kind as "subjectKind",
	subject_id as "subjectId", details, to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at`;

/** One sealer at a time, whichever worker it is in; false when another one is at it. */
export async function lockChain(tx: Tx): Promise<boolean> {
	const rows = await rowsOf<{ locked: boolean }>(tx, sql`select pg_try_advisory_xact_lock(7310585422) as locked`);
	return rows[0]?.locked === true;
}

/** The newest seal; null before the first. */
export async function lastSeal(db: Executor): Promise<Seal | null> {
	const rows = await rowsOf<{ id: string; until_txid: string; until_id: string; entries: number; previous_hash: string; hash: string }>(db, sql`select * from audit_seals order by id desc limit 1`);
	return rows[0] ? toSeal(rows[0]) : null;
}

function toSeal(row: { id: string; until_txid: string; until_id: string; entries: number; previous_hash: string; hash: string }): Seal {
	return { id: Number(row.id), untilTxid: row.until_txid, untilId: Number(row.until_id), entries: row.entries, previousHash: row.previous_hash, hash: row.hash };
}

/** A project's newest entry, and which transactions were over (all before `openFrom`) and had begun (all before `begunUntil`) when it was looked up. */
export type Newest = { projectId: string; newest: string; openFrom: bigint; begunUntil: bigint };

/** Every project's newest entry. Where it is the same as before, nothing was done there, but for what was under way: ids are given before it is over. */
export async function newestOfProjects(db: Executor): Promise<Newest[]> {
	const rows = await rowsOf<{ id: string; newest: string | null; open_from: string; begun_until: string }>(
		db,
		sql`select p.id, (select max(e.id) from audit_entries e where e.project_id = p.id)::text as newest, pg_snapshot_xmin(s)::text as open_from, pg_snapshot_xmax(s)::text as begun_until
			from projects p, pg_current_snapshot() s order by p.id`
	);
	return rows.flatMap(({ id, newest, open_from: openFrom, begun_until: begunUntil }) => (newest === null ? [] : [{ projectId: id, newest, openFrom: BigInt(openFrom), begunUntil: BigInt(begunUntil) }]));
}

/** Seals after one, oldest first. */
export async function seals(db: Executor, afterId: number, limit: number): Promise<Seal[]> {
	return (
		await rowsOf<{ id: string; until_txid: string; until_id: string; entries: number; previous_hash: string; hash: string }>(db, sql`select * from audit_seals where id > ${afterId} order by id limit ${limit}`)
	).map(toSeal);
}

/**
 * Entries after a place in the chain, in (transaction, id) order. Up to `until`,
 * or up to what can no longer change: transactions older than any that is open.
 */
export async function entries(
	db: Executor,
	after: { txid: string; id: number },
	until: { txid: string; id: number } | null,
	limit: number
): Promise<(ChainEntry & { txid: string })[]> {
	const bound = until === null ? sql`txid < pg_snapshot_xmin(pg_current_snapshot())` : sql`(txid, id) <= (${until.txid}::text::xid8, ${until.id}::bigint)`;
	// The order names the table: `id` and `txid` alone would mean the texts selected, and “1000” sorts before “999”.
	return rowsOf<ChainEntry & { txid: string }>(
		db,
		sql`select ${COLUMNS} from audit_entries where (txid, id) > (${after.txid}::text::xid8, ${after.id}::bigint) and ${bound} order by audit_entries.txid, audit_entries.id limit ${limit}`
	);
}

/** The last entry that can no longer change; null where there is none. */
export async function settledUntil(db: Executor): Promise<{ txid: string; id: number } | null> {
	const rows = await rowsOf<{ txid: string; id: string }>(db, sql`select txid::text as txid, id::text as id from audit_entries where txid < pg_snapshot_xmin(pg_current_snapshot()) order by audit_entries.txid desc, audit_entries.id desc limit 1`);
	return rows[0] ? { txid: rows[0].txid, id: Number(rows[0].id) } : null;
}

/** A project's entries of some actions between two places in the chain, in its order; without those whose transaction was over at a moment (as PostgreSQL writes a snapshot), if one is given. */
export async function entriesOf(db: Executor, of: { projectId: string; actions: readonly string[]; after: { txid: string; id: number }; until: { txid: string; id: number }; since: string | null; limit: number }): Promise<(ChainEntry & { txid: string })[]> {
	return rowsOf<ChainEntry & { txid: string }>(
		db,
		sql`select ${COLUMNS} from audit_entries
			where (txid, id) > (${of.after.txid}::text::xid8, ${of.after.id}::bigint) and (txid, id) <= (${of.until.txid}::text::xid8, ${of.until.id}::bigint)
				and project_id = ${of.projectId} and action = any(array(select jsonb_array_elements_text(${JSON.stringify(of.actions)}::jsonb)))
				and (${of.since}::text is null or not pg_visible_in_snapshot(txid, ${of.since}::text::pg_snapshot))
			order by audit_entries.txid, audit_entries.id limit ${of.limit}`
	);
}

/** Appends a link to the chain. */
export async function insertSeal(tx: Tx, seal: Seal): Promise<void> {
	await tx.execute(sql`insert into audit_seals (id, until_txid, until_id, entries, previous_hash, hash)
		values (${seal.id}, ${seal.untilTxid}::text::xid8, ${seal.untilId}, ${seal.entries}, ${seal.previousHash}, ${seal.hash})`);
}

/** How many entries wait to be sealed. */
export async function unsealed(db: Executor, after: { txid: string; id: number }): Promise<number> {
	const rows = await rowsOf<{ n: string }>(db, sql`select count(*) as n from audit_entries where (txid, id) > (${after.txid}::text::xid8, ${after.id}::bigint)`);
	return Number(rows[0]?.n ?? 0);
}
