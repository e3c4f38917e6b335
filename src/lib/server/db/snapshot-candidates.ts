import { sql } from 'drizzle-orm';
import type { DropReason } from '../../domain/prompt-bundle.ts';
import type { Tx } from './client.ts';
import { rowsOf } from './rows.ts';

/** A train row that may be left out by lot. `weight`: judgments behind it; with the hash it says whose turn is first, alike on every server. */
export type CandidateRow<F> = { seq: number; hash: string; weight: number; facts: F; comparisonIds: readonly string[]; judgmentId: string | null };
export type LeftOut = { seq: number; reason: Extract<DropReason, 'capped' | 'matched'> };

/** A place on the database's disk for what selection needs of each train row. Gone at the transaction's end. */
export async function open(tx: Tx): Promise<void> {
	await tx.execute(sql`create temporary table snapshot_candidates (seq integer primary key, hash text not null, weight integer not null, facts jsonb not null, comparison_ids uuid[] not null, judgment_id uuid) on commit drop`);
	await tx.execute(sql`create temporary table snapshot_left_out (seq integer primary key, reason text not null) on commit drop`);
}

/** Adds one batch. */
export async function add<F>(tx: Tx, rows: readonly CandidateRow<F>[]): Promise<void> {
	if (rows.length === 0) return;
	await tx.execute(sql`insert into snapshot_candidates select r.seq, r.hash, r.weight, r.facts, r."comparisonIds", r."judgmentId"
		from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r(seq integer, hash text, weight integer, facts jsonb, "comparisonIds" uuid[], "judgmentId" uuid)`);
}

/** All rows that are still in, in the order of the lot, at the memory of one page. */
export async function* inOrder<F>(tx: Tx, pageSize = 2000): AsyncGenerator<{ seq: number; facts: F }> {
	await tx.execute(sql`create index if not exists snapshot_candidates_order on snapshot_candidates (hash, weight, seq)`);
	let after = { hash: '', weight: 0, seq: 0 };
	for (;;) {
		const rows = await rowsOf<{ seq: number; hash: string; weight: number; facts: F; in: boolean }>(
			tx,
			sql`select c.seq, c.hash, c.weight, c.facts, not exists (select 1 from snapshot_left_out o where o.seq = c.seq) as in from snapshot_candidates c
				where (c.hash, c.weight, c.seq) > (${after.hash}, ${after.weight}, ${after.seq}) order by c.hash, c.weight, c.seq limit ${pageSize}`
		);
		for (const { seq, facts, in: isIn } of rows) if (isIn) yield { seq, facts };
		const last = rows.at(-1);
		if (!last || rows.length < pageSize) return;
		after = { hash: last.hash, weight: last.weight, seq: last.seq };
	}
}

/** Leaves rows out. */
export async function leaveOut(tx: Tx, rows: readonly LeftOut[]): Promise<void> {
	if (rows.length === 0) return;
	await tx.execute(sql`insert into snapshot_left_out select r.seq, r.reason from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r(seq integer, reason text)`);
}

/**
 * Takes the rows that were left out from the snapshot's files and gives what
 * stood behind them alone the reason: comparisons and judgments none of whose
 * rows is left, and the judgment of a row where each has its own.
 */
export async function settle(tx: Tx): Promise<void> {
	await tx.execute(sql`delete from snapshot_rows r using snapshot_left_out o where r.seq = o.seq`);
	// Both reasons: capped came first.
	await tx.execute(sql`create temporary table snapshot_bare on commit drop as
		select comparison_id, min(o.reason) as reason from snapshot_candidates c cross join lateral unnest(c.comparison_ids) as comparison_id
			left join snapshot_left_out o on o.seq = c.seq group by comparison_id having count(*) = count(o.seq)`);
	await tx.execute(sql`update snapshot_fates f set fate = b.reason from snapshot_bare b where f.comparison_id = b.comparison_id and f.judgment_id is null and f.fate = 'row'`);
	await tx.execute(sql`update snapshot_fates f set fate = b.reason from snapshot_bare b where f.comparison_id = b.comparison_id and f.fate = 'used'
		and not exists (select 1 from snapshot_candidates c where c.judgment_id = f.judgment_id)`);
	await tx.execute(sql`update snapshot_fates f set fate = o.reason from snapshot_candidates c join snapshot_left_out o on o.seq = c.seq where f.judgment_id = c.judgment_id`);
}

/** How often each fate stands now: of judgments, or of comparisons. */
export async function fates(tx: Tx, of: 'judgments' | 'comparisons'): Promise<{ fate: 'used' | 'row' | DropReason; count: number }[]> {
	return rowsOf(tx, sql`select fate, count(*)::int as count from snapshot_fates where (judgment_id is not null) = ${of === 'judgments'} group by fate`);
}
