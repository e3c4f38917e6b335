import { sql } from 'drizzle-orm';
import type { LauncherName } from '../../domain/launcher.ts';
import type { RunStatus } from '../../domain/run-state.ts';
import type { TrainingRecipe } from '../../domain/training-recipe.ts';
import type { Executor } from './client.ts';
import { isoTime, rowsOf } from './rows.ts';

/** Work that a worker has in hand, or a run in line. `project` is what it belongs to; of a model server `step` is how many GPUs it has for itself. */
export type Work = { kind: 'run' | 'evaluation' | 'generation' | 'export' | 'server'; id: string; projectId: string; project: { slug: string; name: string }; objective: string | null; step: number; total: number | null; launcher: LauncherName; since: string };

type WorkRow = { worker_id: string; kind: Work['kind']; id: string; project_id: string; slug: string; name: string; objective: string | null; step: number; total: number | null; launcher: LauncherName; since: string };

/** What each worker has in hand. */
export async function inHand(db: Executor): Promise<Map<string, Work[]>> {
	const rows = await rowsOf<WorkRow>(
		db,
		sql`select w.*, p.slug, p.name from (
				select a.worker_id, 'run' as kind, r.id, r.project_id, r.objective, r.step, r.max_steps as total, r.launcher, a.started_at as since
					from runs r join run_attempts a on a.run_id = r.id and a.number = r.attempt where r.status in ('preparing', 'running', 'stopping') and a.ended_at is null
				union all select e.worker_id, 'evaluation', e.id, c.project_id, null, e.done, e.total, 'local', coalesce(e.heartbeat_at, e.created_at)
					from evaluations e join checkpoints c on c.id = e.checkpoint_id where e.status = 'running' and e.worker_id is not null
				union all select g.worker_id, 'generation', g.id, g.project_id, null, g.done, g.total, 'local', coalesce(g.heartbeat_at, g.created_at)
					from generations g where g.status = 'running' and g.worker_id is not null
				union all select x.worker_id, 'export', x.id, x.project_id, null, 0, null, 'local', coalesce(x.heartbeat_at, x.created_at)
					from checkpoint_exports x where x.status = 'running' and x.worker_id is not null
				union all select s.worker_id, 'server', s.id, s.project_id, null, s.gpus, null, 'local', coalesce(s.ready_at, s.heartbeat_at)
					from model_servers s where s.worker_id is not null
			) w join projects p on p.id = w.project_id order by w.since`
	);
	const by = new Map<string, Work[]>();
	for (const { worker_id, project_id, slug, name, since, ...row } of rows) {
		by.set(worker_id, [...(by.get(worker_id) ?? []), { ...row, projectId: project_id, project: { slug, name }, since: isoTime(since) }]);
	}
	return by;
}

/** Devices of a worker's host that are taken: GPUs that servers have until somebody ends them, and what other work has for a while (on a host without any, its one place). */
export type TakenDevices = { served: number; held: number };

/** What each worker's work has of its host's devices. What asks endpoints, or is in an outside scheduler, has none. */
export async function takenDevices(db: Executor): Promise<Map<string, TakenDevices>> {
	const rows = await rowsOf<{ worker_id: string } & TakenDevices>(
		db,
		sql`select w.worker_id, sum(w.served)::int as served, sum(w.held)::int as held from (
				select a.worker_id, 0 as served, case when r.recipe->>'strategy' = 'single' then 1 else (r.recipe->>'gpus')::int end as held
					from runs r join run_attempts a on a.run_id = r.id and a.number = r.attempt where r.status in ('preparing', 'running', 'stopping') and a.ended_at is null and r.launcher = 'local'
				union all select worker_id, 0, 1 from evaluations where status = 'running' and worker_id is not null
				union all select g.worker_id, 0, 1 from generations g
					where g.status = 'running' and g.worker_id is not null and exists (select from generation_sources s where s.generation_id = g.id and s.checkpoint_id is not null)
				union all select worker_id, 0, 1 from checkpoint_exports where status = 'running' and worker_id is not null
				union all select worker_id, gpus, 0 from model_servers where worker_id is not null
			) w group by w.worker_id`
	);
	return new Map(rows.map(({ worker_id, served, held }) => [worker_id, { served, held }]));
}

/** A run in line. */
export type InLine = { id: string; projectId: string; project: { slug: string; name: string }; objective: string; status: RunStatus; priority: number; launcher: LauncherName; labels: string[]; recipe: TrainingRecipe; createdAt: string };

/** Runs by their ids, in the order of the ids. */
export async function runsInLine(db: Executor, ids: readonly string[]): Promise<InLine[]> {
	if (ids.length === 0) return [];
	const rows = await rowsOf<{ id: string; project_id: string; slug: string; name: string; objective: string; status: RunStatus; priority: number; launcher: LauncherName; labels: string[]; recipe: TrainingRecipe; created_at: string }>(
		db,
		sql`select r.id, r.project_id, p.slug, p.name, r.objective, r.status, r.priority, r.launcher, r.labels, r.recipe, r.created_at from runs r join projects p on p.id = r.project_id where r.id in ${[...ids]}`
	);
	const found = new Map(rows.map(({ project_id, slug, name, created_at, ...row }) => [row.id, { ...row, projectId: project_id, project: { slug, name }, createdAt: isoTime(created_at) }]));
	return ids.flatMap((id) => found.get(id) ?? []);
}
