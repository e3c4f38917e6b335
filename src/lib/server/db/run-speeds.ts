import { sql } from 'drizzle-orm';
import { readRecipe } from '../../domain/training-recipe.ts';
import type { TrainingRecipe } from '../../domain/training-recipe.ts';
import type { WorkerCapabilities } from '../../domain/worker-capabilities.ts';
import type { Executor } from './client.ts';
import { rowsOf } from './rows.ts';

/** How fast a run went: the median time of its steps, and what it trained on which machine. */
export type RunSpeed = { recipe: TrainingRecipe; secondsPerStep: number; capabilities: WorkerCapabilities };

/** How many of the newest runs are looked at: older ones were another engine's. */
const NEWEST = 50;

/**
 * Speeds of the newest runs on a base model by its location, in whatever project, on hosts of workers: what an outside
 * scheduler's hosts have, nobody here knows. The engine tells the mean since an attempt began to train, which holds the
 * first steps for ever; what a step took is how much longer the attempt had trained by its end than by the end of the one
 * before. The first steps warm caches up and are left out; so is what earlier attempts trained, perhaps on another host.
 */
export async function ofBase(db: Executor, location: string): Promise<RunSpeed[]> {
	const rows = await rowsOf<{ recipe: Record<string, unknown>; seconds: number; capabilities: WorkerCapabilities }>(
		db,
		sql`select r.recipe, s.seconds, w.capabilities from (
				select r.* from runs r join checkpoints b on b.project_id = r.project_id and b.kind = 'base' and b.location = ${location}
				where r.status in ('succeeded', 'cancelled') and r.step > 3 and r.launcher = 'local' order by r.id desc limit ${NEWEST}) r
			join run_attempts a on a.run_id = r.id and a.number = r.attempt join workers w on w.id = a.worker_id
			cross join lateral (select percentile_cont(0.5) within group (order by t.seconds) as seconds from (
					select e.made, (e.elapsed - lag(e.elapsed) over w) / (e.made - lag(e.made) over w) as seconds from (
						select n.made, n.made * n.mean as elapsed from (
							select m.step - coalesce(a.resumed_from_step, 0) as made, (m.values->>'train_speed(s/it)')::float as mean
							from run_metrics m where m.run_id = r.id and m.attempt = r.attempt and m.values ? 'train_speed(s/it)') n
						where n.made > 0) e
					window w as (order by e.made)) t
				where t.made > 3) s
			where s.seconds > 0`
	);
	return rows.map((row) => ({ recipe: readRecipe(row.recipe), secondsPerStep: row.seconds, capabilities: row.capabilities }));
}
