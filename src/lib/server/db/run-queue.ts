import { sql } from 'drizzle-orm';
import type { LauncherName } from '../../domain/launcher.ts';
import type { TrainingRecipe } from '../../domain/training-recipe.ts';
import type { Executor } from './client.ts';
import { rowsOf, texts, uuids } from './rows.ts';

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

/** Who looks for runs: where it can place them, and what its operator calls it. */
export type Taker = { launchers: readonly LauncherName[]; labels: readonly string[] };

/** Runs at the head of the line that this worker may take, in its order, with what it must know to tell whether it has room for them. Others' do not keep them waiting, however many there are. */
export async function head(db: Executor, { launchers, labels }: Taker, limit = 200): Promise<{ id: string; launcher: LauncherName; labels: string[]; recipe: TrainingRecipe }[]> {
	return rowsOf<{ id: string; launcher: LauncherName; labels: string[]; recipe: TrainingRecipe }>(db, sql`select r.id, r.launcher, r.labels, r.recipe ${LINE} and r.launcher = any(${texts(launchers)}) and r.labels <@ ${texts(labels)} ${ORDER} limit ${limit}`);
}

/** Those of these runs whose last save was made by an attempt on the host of this worker. */
export async function savedOnHostOf(db: Executor, ids: readonly string[], workerId: string): Promise<Set<string>> {
	if (ids.length === 0) return new Set();
	const rows = await rowsOf<{ run_id: string }>(
		db,
		sql`select s.run_id from (select e.run_id, max(e.attempt) as number from run_events e where e.run_id in ${uuids(ids)} and e.kind = 'saved' group by e.run_id) s
			join run_attempts a on a.run_id = s.run_id and a.number = s.number join workers w on w.id = a.worker_id
			where w.host_key = (select host_key from workers where id = ${workerId})`
	);
	return new Set(rows.map((row) => row.run_id));
}
