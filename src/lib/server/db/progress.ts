import { sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import { everAssigned } from './assigned-slots.ts';
import type { Tx } from './client.ts';
import { oneAtATime } from './leases.ts';
import { holdPeople } from './people.ts';
import { plannedOnce } from './planned-once.ts';
import { rowsOf } from './rows.ts';

/** What one action changes in a person's tallies. */
export type ProgressDelta = {
	judged?: number;
	counted?: number;
	completed?: number;
	cannotJudge?: number;
	skipped?: number;
	leftChosen?: number;
	decisive?: number;
	durationMs?: number;
};

/**
 * Statement that locks a person's row of a round, made when missing, and selects
 * `what` of it (of `a`); `mine` gives round_id and user_id. One that is there is
 * locked and not written: every judgment does this twice.
 */
const held = (mine: SQL, what: SQL): SQL => sql`with mine as materialized (${mine}),
	there as materialized (select a.* from mine join annotator_progress a on a.round_id = mine.round_id and a.user_id = mine.user_id for no key update of a),
	made as (insert into annotator_progress (round_id, user_id) select round_id, user_id from mine where not exists (select 1 from there)
		on conflict (round_id, user_id) do update set cursor = annotator_progress.cursor returning *)
	select ${what} from (select * from there union all select * from made) a`;

/**
 * Locks the person's row of this round. First row lock of every judging
 * transaction: claims and submits of one person in one round come one after the
 * other, and locks are always taken in the order person, comparison, slot, task.
 */
export async function lock(tx: Tx, roundId: string, userId: string): Promise<void> {
	await tx.execute(held(sql`select ${roundId}::uuid as round_id, ${userId}::uuid as user_id`, sql`a.round_id`));
}

/**
 * The same for the newest round of a project; gives the round, the queue cursor
 * there, how many tasks the person was leased in it, and whether work was ever
 * assigned or delegated to them, anywhere: to most it never was. First statement of
 * every claim: no other claim of theirs goes on meanwhile, and the project's people are
 * held as they are, so that no wall is raised between looking for a pair and leasing it.
 * Null: there is no such project.
 */
export async function lockNewest(tx: Tx, slug: string, userId: string): Promise<{ roundId: string; cursor: number; claimed: number; assigned: boolean } | null> {
	const rows = await rowsOf<{ round_id: string; cursor: string; claimed: number; assigned: boolean }>(
		tx,
		held(
			sql`select id as round_id, ${userId}::uuid as user_id, ${oneAtATime(userId)}, ${holdPeople(sql`project_id`)} from rounds
				where project_id = (select id from projects where slug = ${slug}) order by number desc limit 1`,
			sql`a.round_id, a.cursor, a.claimed, ${everAssigned(userId)} as assigned`
		)
	);
	return rows[0] ? { roundId: rows[0].round_id, cursor: Number(rows[0].cursor), claimed: rows[0].claimed, assigned: rows[0].assigned } : null;
}

/**
 * The same for the round of a person's own task; false when there is no such task
 * of theirs. Before that, the project's people are held as they are: who decides
 * whether anybody is left to judge must not do so while they change.
 */
export async function lockForTask(tx: Tx, taskId: string, userId: string): Promise<boolean> {
	const rows = await rowsOf<{ round_id: string }>(
		tx,
		held(sql`select round_id, annotator_id as user_id, ${holdPeople(sql`project_id`)}, ${plannedOnce} from tasks where id = ${taskId} and annotator_id = ${userId}`, sql`a.round_id`)
	);
	return rows.length > 0;
}

/** The update that adds to a person's tallies, to stand alone or in a larger statement. */
export function tally(roundId: string, userId: string, delta: ProgressDelta): SQL {
	return sql`update annotator_progress set
		judged = judged + ${delta.judged ?? 0}::int, counted = counted + ${delta.counted ?? 0}::int,
		completed = completed + ${delta.completed ?? 0}::int, cannot_judge = cannot_judge + ${delta.cannotJudge ?? 0}::int,
		skipped = skipped + ${delta.skipped ?? 0}::int, left_chosen = left_chosen + ${delta.leftChosen ?? 0}::int,
		decisive = decisive + ${delta.decisive ?? 0}::int, duration_ms = duration_ms + ${delta.durationMs ?? 0}::bigint
		where round_id = ${roundId} and user_id = ${userId}`;
}

/** Adds to the person's tallies. */
export async function add(tx: Tx, roundId: string, userId: string, delta: ProgressDelta): Promise<void> {
	await tx.execute(tally(roundId, userId, delta));
}

/** Totals of a round, summed over its people's rows. */
export async function totals(tx: Parameters<typeof rowsOf>[0], roundId: string) {
	const rows = await rowsOf<Record<'judged' | 'counted' | 'completed' | 'cannot_judge' | 'skipped' | 'people', string>>(
		tx,
		sql`select coalesce(sum(judged), 0) as judged, coalesce(sum(counted), 0) as counted, coalesce(sum(completed), 0) as completed,
			coalesce(sum(cannot_judge), 0) as cannot_judge, coalesce(sum(skipped), 0) as skipped, count(*) filter (where judged > 0) as people
			from annotator_progress where round_id = ${roundId}`
	);
	const row = rows[0];
	return {
		judged: Number(row?.judged ?? 0),
		counted: Number(row?.counted ?? 0),
		completed: Number(row?.completed ?? 0),
		cannotJudge: Number(row?.cannot_judge ?? 0),
		skipped: Number(row?.skipped ?? 0),
		people: Number(row?.people ?? 0)
	};
}

/** One person's tallies in a round. */
export async function of(tx: Parameters<typeof rowsOf>[0], roundId: string, userId: string) {
	const rows = await rowsOf<{ judged: number; skipped: number; cannot_judge: number; duration_ms: string }>(
		tx,
		sql`select judged, skipped, cannot_judge, duration_ms from annotator_progress where round_id = ${roundId} and user_id = ${userId}`
	);
	const row = rows[0];
	return { judged: row?.judged ?? 0, skipped: row?.skipped ?? 0, cannotJudge: row?.cannot_judge ?? 0, durationMs: Number(row?.duration_ms ?? 0) };
}
