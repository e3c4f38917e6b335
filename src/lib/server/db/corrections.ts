import { sql } from 'drizzle-orm';
import type { Executor, Tx } from './client.ts';
import { isoTime, rowsOf } from './rows.ts';
import { maySeeComparison } from './walls.ts';

/**
 * Snapshots that were frozen of a judgment's round after it was made. Not those
 * that cite it: what is gold or a repeat would show by it.
 */
const snapshotsSince = sql`(select count(*)::int from snapshots s where s.project_id = j.project_id and (s.created_at >= j.created_at or exists (select 1 from snapshot_judgments cited where cited.snapshot_id = s.id and cited.judgment_id = j.id))
	and s.rule -> 'filter' -> 'rounds' @> to_jsonb((select r.number from rounds r join comparisons c on c.round_id = r.id where c.id = j.comparison_id)))`;

/** A judgment as its author may correct it: the task it was made in, and snapshots that a correction makes stale. */
export type Correctable = { taskId: string; projectId: string; purpose: string; snapshots: number };

/** A person's own workspace judgment; null: there is none that they may still see. */
export async function subject(db: Executor, of: { id: string; userId: string }): Promise<Correctable | null> {
	const rows = await rowsOf<{ task_id: string; project_id: string; purpose: string; snapshots: number }>(
		db,
		sql`select j.task_id, j.project_id, j.purpose, ${snapshotsSince} as snapshots from judgments j join comparisons c on c.id = j.comparison_id
			where j.id = ${of.id} and j.judge_user_id = ${of.userId} and j.origin = 'workspace' and ${maySeeComparison(of.userId)}`
	);
	const row = rows[0];
	return row ? { taskId: row.task_id, projectId: row.project_id, purpose: row.purpose, snapshots: row.snapshots } : null;
}

/** Marks a judgment as a correction, with its erasable reason beside it; false when it is marked already. */
export async function insert(tx: Tx, judgmentId: string, text: { salt: string; hash: string; reason: string } | null): Promise<boolean> {
	const rows = await rowsOf<{ judgment_id: string }>(
		tx,
		sql`insert into judgment_corrections (judgment_id, reason_hash) values (${judgmentId}, ${text?.hash ?? null}) on conflict do nothing returning judgment_id`
	);
	if (rows.length > 0 && text) await tx.execute(sql`insert into judgment_correction_texts (judgment_id, salt, reason) values (${judgmentId}, ${text.salt}, ${text.reason})`);
	return rows.length > 0;
}

/** One judgment of a chain. */
export type Link = { id: string; verdict: string; createdAt: string; isCorrection: boolean; reason: string | null };

/** A judgment with all that it superseded and that superseded it, oldest first. */
export async function chain(db: Executor, id: string): Promise<Link[]> {
	const rows = await rowsOf<{ id: string; verdict: string; created_at: string; is_correction: boolean; reason: string | null }>(
		db,
		sql`with recursive before as (
				select id, supersedes_id from judgments where id = ${id}
				union all select j.id, j.supersedes_id from judgments j join before on j.id = before.supersedes_id),
			after as (
				select id from judgments where id = ${id}
				union all select j.id from judgments j join after on j.supersedes_id = after.id)
		select j.id, j.verdict, j.created_at, k.judgment_id is not null as is_correction, t.reason
			from judgments j left join judgment_corrections k on k.judgment_id = j.id left join judgment_correction_texts t on t.judgment_id = j.id
			where j.id in (select id from before union select id from after) order by j.id`
	);
	return rows.map((row) => ({ id: row.id, verdict: row.verdict, createdAt: isoTime(row.created_at), isCorrection: row.is_correction, reason: row.reason }));
}
