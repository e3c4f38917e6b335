import { sql } from 'drizzle-orm';
import type { ExportPlan, ExportStatus } from '../../domain/checkpoint-export.ts';
import type { RunProblem } from '../../domain/run-problem.ts';
import type { CheckpointFile } from './checkpoints.ts';
import type { Executor, Tx } from './client.ts';
import * as lostWork from './lost-work.ts';
import { isoTime, rowsOf } from './rows.ts';

/** A form of a checkpoint that was asked for, and what became of it. */
export type CheckpointExport = {
	id: string;
	projectId: string;
	checkpointId: string;
	plan: ExportPlan;
	/** Whether its weights are others than the checkpoint's. */
	changed: boolean;
	status: ExportStatus;
	attempt: number;
	/** How the engine was or would be started. */
	command: string[] | null;
	calibrationRows: number | null;
	sha256: string | null;
	files: CheckpointFile[] | null;
	bytes: number | null;
	problem: RunProblem | null;
	createdBy: string;
	createdAt: string;
	finishedAt: string | null;
	/** Since when its files are kept no more; what they were stays in `files`. */
	droppedAt: string | null;
};

type Row = {
	id: string;
	project_id: string;
	checkpoint_id: string;
	plan: ExportPlan;
	changed: boolean;
	status: ExportStatus;
	attempt: number;
	command: string[] | null;
	calibration_rows: number | null;
	sha256: string | null;
	files: CheckpointFile[] | null;
	bytes: string | null;
	problem: RunProblem | null;
	created_by: string;
	created_at: string;
	finished_at: string | null;
	dropped_at: string | null;
};

const toExport = (row: Row): CheckpointExport => ({
	id: row.id,
	projectId: row.project_id,
	checkpointId: row.checkpoint_id,
	plan: row.plan,
	changed: row.changed,
	status: row.status,
	attempt: row.attempt,
	command: row.command,
	calibrationRows: row.calibration_rows,
	sha256: row.sha256,
	files: row.files,
	bytes: row.bytes === null ? null : Number(row.bytes),
	problem: row.problem,
	createdBy: row.created_by,
	createdAt: isoTime(row.created_at),
	finishedAt: row.finished_at === null ? null : isoTime(row.finished_at),
	droppedAt: row.dropped_at === null ? null : isoTime(row.dropped_at)
});

/** Asks for an export; null where the same is there or under way. */
export async function insert(tx: Tx, of: Pick<CheckpointExport, 'projectId' | 'checkpointId' | 'plan' | 'changed' | 'createdBy'>): Promise<string | null> {
	const rows = await rowsOf<{ id: string }>(
		tx,
		sql`insert into checkpoint_exports (project_id, checkpoint_id, plan, changed, created_by)
			values (${of.projectId}, ${of.checkpointId}, ${JSON.stringify(of.plan)}::jsonb, ${of.changed}, ${of.createdBy}) on conflict do nothing returning id`
	);
	return rows[0]?.id ?? null;
}

/** One export. */
export async function get(db: Executor, id: string): Promise<CheckpointExport | null> {
	const rows = await rowsOf<Row>(db, sql`select * from checkpoint_exports where id = ${id}`);
	return rows[0] ? toExport(rows[0]) : null;
}

/** One export, locked against whoever else would promote, serve, measure or drop it. */
export async function lock(tx: Tx, id: string): Promise<CheckpointExport | null> {
	const rows = await rowsOf<Row>(tx, sql`select * from checkpoint_exports where id = ${id} for update`);
	return rows[0] ? toExport(rows[0]) : null;
}

/** Exports of a checkpoint, newest first. */
export async function ofCheckpoint(db: Executor, checkpointId: string): Promise<CheckpointExport[]> {
	return (await rowsOf<Row>(db, sql`select * from checkpoint_exports where checkpoint_id = ${checkpointId} order by id desc`)).map(toExport);
}

/** Exports of a project that are there, oldest first, and whether each was measured. */
export async function there(db: Executor, projectId: string): Promise<(Pick<CheckpointExport, 'id' | 'checkpointId' | 'plan' | 'changed'> & { measured: boolean })[]> {
	const rows = await rowsOf<{ id: string; checkpoint_id: string; plan: ExportPlan; changed: boolean; measured: boolean }>(
		db,
		sql`select x.id, x.checkpoint_id, x.plan, x.changed, exists (select 1 from evaluations e where e.export_id = x.id and e.status = 'succeeded') as measured
			from checkpoint_exports x where x.project_id = ${projectId} and x.status = 'succeeded' order by x.id`
	);
	return rows.map((row) => ({ id: row.id, checkpointId: row.checkpoint_id, plan: row.plan, changed: row.changed, measured: row.measured }));
}

/** Takes a queued export for a worker; null when it is no longer to be had. */
export async function begin(tx: Tx, id: string, workerId: string): Promise<CheckpointExport | null> {
	const rows = await rowsOf<Row>(
		tx,
		sql`update checkpoint_exports set status = 'running', attempt = attempt + 1, worker_id = ${workerId}, heartbeat_at = now() where id = ${id} and status = 'queued' returning *`
	);
	return rows[0] ? toExport(rows[0]) : null;
}

/** Says that it is still worked on; false when it was cancelled or another attempt has taken its place. */
export async function heartbeat(db: Executor, id: string, attempt: number): Promise<boolean> {
	return (await rowsOf(db, sql`update checkpoint_exports set heartbeat_at = now() where id = ${id} and attempt = ${attempt} and status = 'running' returning id`)).length > 0;
}

/** Keeps how the engine is or would be started, and how many rows it is given. */
export async function keepCommand(db: Executor, id: string, attempt: number, of: { command: readonly string[]; calibrationRows: number | null }): Promise<void> {
	await db.execute(sql`update checkpoint_exports set command = ${JSON.stringify(of.command)}::jsonb, calibration_rows = ${of.calibrationRows} where id = ${id} and attempt = ${attempt} and status = 'running'`);
}

/** Enters what was made; false when the attempt no longer holds it. */
export async function succeed(tx: Tx, id: string, attempt: number, of: { sha256: string; files: readonly CheckpointFile[]; bytes: number }): Promise<boolean> {
	const rows = await rowsOf(
		tx,
		sql`update checkpoint_exports set status = 'succeeded', problem = null, sha256 = ${of.sha256}, files = ${JSON.stringify(of.files)}::jsonb, bytes = ${of.bytes}, finished_at = now()
			where id = ${id} and attempt = ${attempt} and status = 'running' returning id`
	);
	return rows.length > 0;
}

/** Ends an export with a problem; false when the attempt no longer holds it. */
export async function fail(tx: Tx, id: string, attempt: number, problem: RunProblem): Promise<boolean> {
	return lostWork.fail(tx, 'checkpoint_exports', { id, attempt }, problem);
}

/** Puts an export that its worker gives back in line again; false when the attempt no longer holds it. */
export async function giveBack(tx: Tx, id: string, attempt: number): Promise<boolean> {
	return lostWork.giveBack(tx, 'checkpoint_exports', { id, attempt });
}

/** Ends an export that waits or is made; false when it is over. */
export async function cancel(tx: Tx, id: string): Promise<boolean> {
	return (await rowsOf(tx, sql`update checkpoint_exports set status = 'cancelled', finished_at = now() where id = ${id} and status in ('queued', 'running') returning id`)).length > 0;
}

/** Puts an export that failed or was stopped in line again, as if it had not been tried; false when it has not, or the same was asked for anew meanwhile. */
export async function again(tx: Tx, id: string): Promise<boolean> {
	const rows = await rowsOf(
		tx,
		sql`update checkpoint_exports x set status = 'queued', problem = null, command = null, calibration_rows = null, finished_at = null where id = ${id} and status in ('failed', 'cancelled')
			and not exists (select 1 from checkpoint_exports o where o.checkpoint_id = x.checkpoint_id and o.plan = x.plan and o.status in ('queued', 'running', 'succeeded')) returning id`
	);
	return rows.length > 0;
}

/** What still leans on an export, under its lock: a decision that promoted it, one that waits for a second signature, a server, or an evaluation or a run through the suite under way; null: nothing does. */
export async function leanedOnBy(tx: Tx, id: string): Promise<'promoted' | 'proposed' | 'served' | 'measured' | null> {
	const rows = await rowsOf<{ by: 'promoted' | 'proposed' | 'served' | 'measured' | null }>(
		tx,
		sql`select case when exists (select 1 from decision_terms where export_id = ${id}) then 'promoted'
				when exists (select 1 from decision_proposals where outcome is null and figures -> 'form' ->> 'id' = ${id}) then 'proposed'
				when exists (select 1 from deployments where export_id = ${id} and ended_at is null) then 'served'
				when exists (select 1 from evaluations where export_id = ${id} and status in ('queued', 'running'))
				or exists (select 1 from suite_runs r join generations g on g.id = r.generation_id where r.export_id = ${id} and g.status in ('queued', 'running')) then 'measured' end as by`
	);
	return rows[0]?.by ?? null;
}

/** Lets go of the files of an export that was made; false when it was not. The database refuses one that was promoted or is served. */
export async function drop(tx: Tx, id: string): Promise<boolean> {
	return (await rowsOf(tx, sql`update checkpoint_exports set status = 'dropped', dropped_at = now() where id = ${id} and status = 'succeeded' returning id`)).length > 0;
}

/** Whether an attempt still makes it. */
export async function isHeld(db: Executor, id: string, attempt: number, silentSeconds: number): Promise<boolean> {
	return lostWork.holds(db, 'checkpoint_exports', { id, attempt }, silentSeconds);
}
