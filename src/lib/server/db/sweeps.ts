import { sql } from 'drizzle-orm';
import type { SweepPlan } from '../../domain/sweep-plan.ts';
import type { RunStatus } from '../../domain/run-state.ts';
import type { Executor, Tx } from './client.ts';
import { isoTime, rowsOf } from './rows.ts';

/** Several runs on one snapshot and parent that differ in a few settings. */
export type Sweep = { id: string; projectId: string; snapshotId: string; parentCheckpointId: string; plan: SweepPlan; createdBy: string; createdAt: string };

type Row = { id: string; project_id: string; snapshot_id: string; parent_checkpoint_id: string; plan: SweepPlan; created_by: string; created_at: string };

const toSweep = (row: Row): Sweep => ({
	id: row.id,
	projectId: row.project_id,
	snapshotId: row.snapshot_id,
	parentCheckpointId: row.parent_checkpoint_id,
	plan: row.plan,
	createdBy: row.created_by,
	createdAt: isoTime(row.created_at)
});

/** Makes a sweep; its runs name it. */
export async function insert(tx: Tx, of: Omit<Sweep, 'id' | 'createdAt'>): Promise<string> {
	const rows = await rowsOf<{ id: string }>(
		tx,
		sql`insert into sweeps (project_id, snapshot_id, parent_checkpoint_id, plan, created_by)
			values (${of.projectId}, ${of.snapshotId}, ${of.parentCheckpointId}, ${JSON.stringify(of.plan)}::jsonb, ${of.createdBy}) returning id`
	);
	return rows[0]?.id ?? '';
}

/** One sweep. */
export async function get(db: Executor, id: string): Promise<Sweep | null> {
	const rows = await rowsOf<Row>(db, sql`select * from sweeps where id = ${id}`);
	return rows[0] ? toSweep(rows[0]) : null;
}

/** Sweeps of a project, newest first, with how many of their runs are in which state. */
export async function list(db: Executor, projectId: string): Promise<(Sweep & { objective: string; states: Partial<Record<RunStatus, number>> })[]> {
	const rows = await rowsOf<Row & { objective: string; states: Partial<Record<RunStatus, number>> }>(
		db,
		sql`select s.*, n.objective, coalesce(r.states, '{}') as states from sweeps s join snapshots n on n.id = s.snapshot_id
			left join lateral (select jsonb_object_agg(status, n) as states from (select status, count(*)::int as n from runs where sweep_id = s.id group by status) by_status) r on true
			where s.project_id = ${projectId} order by s.id desc`
	);
	return rows.map((row) => ({ ...toSweep(row), objective: row.objective, states: row.states }));
}
