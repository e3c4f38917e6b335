import { sql } from 'drizzle-orm';
import type { EvaluationResults, EvaluationStatus } from '../../domain/evaluation-results.ts';
import type { RunProblem } from '../../domain/run-problem.ts';
import type { Executor, Tx } from './client.ts';
import * as lostWork from './lost-work.ts';
import { isoTime, rowsOf } from './rows.ts';

/** A measured comparison of a checkpoint with its parent on held-out pairs and answers judged alone. */
export type Evaluation = {
	id: string;
	projectId: string;
	checkpointId: string;
	parentCheckpointId: string;
	snapshotId: string;
	/** The form of the checkpoint that is measured, beside the checkpoint itself; null: as it was trained, beside its parent. */
	exportId: string | null;
	/** Whose comparisons it scores: test decides, dev ranks the points of a sweep. */
	split: 'dev' | 'test';
	status: EvaluationStatus;
	attempt: number;
	done: number;
	total: number | null;
	seed: string;
	results: EvaluationResults | null;
	problem: RunProblem | null;
	createdAt: string;
	finishedAt: string | null;
};

type Row = {
	id: string;
	project_id: string;
	checkpoint_id: string;
	parent_checkpoint_id: string;
	snapshot_id: string;
	export_id: string | null;
	split: Evaluation['split'];
	status: Evaluation['status'];
	attempt: number;
	done: number;
	total: number | null;
	seed: string;
	results: EvaluationResults | null;
	problem: RunProblem | null;
	created_at: string;
	finished_at: string | null;
};

const toEvaluation = (row: Row): Evaluation => ({
	id: row.id,
	projectId: row.project_id,
	checkpointId: row.checkpoint_id,
	parentCheckpointId: row.parent_checkpoint_id,
	snapshotId: row.snapshot_id,
	exportId: row.export_id,
	split: row.split,
	status: row.status,
	attempt: row.attempt,
	done: row.done,
	total: row.total,
	seed: row.seed,
	results: row.results,
	problem: row.problem,
	createdAt: isoTime(row.created_at),
	finishedAt: row.finished_at === null ? null : isoTime(row.finished_at)
});

/** Queues an evaluation. */
export async function insert(tx: Tx, of: { projectId: string; checkpointId: string; parentCheckpointId: string; snapshotId: string; split: Evaluation['split']; seed: string; exportId?: string }): Promise<string> {
	const rows = await rowsOf<{ id: string }>(
		tx,
		sql`insert into evaluations (project_id, checkpoint_id, parent_checkpoint_id, snapshot_id, split, seed, export_id)
			values (${of.projectId}, ${of.checkpointId}, ${of.parentCheckpointId}, ${of.snapshotId}, ${of.split}, ${of.seed}, ${of.exportId ?? null}) returning id`
	);
	return rows[0]?.id ?? '';
}

/** One evaluation. */
export async function get(db: Executor, id: string): Promise<Evaluation | null> {
	const rows = await rowsOf<Row>(db, sql`select * from evaluations where id = ${id}`);
	return rows[0] ? toEvaluation(rows[0]) : null;
}

/** The newest evaluation of a checkpoint as it was trained: on test questions unless the others are asked for. */
export async function newestOf(db: Executor, checkpointId: string, split: Evaluation['split'] = 'test'): Promise<Evaluation | null> {
	const rows = await rowsOf<Row>(db, sql`select * from evaluations where checkpoint_id = ${checkpointId} and split = ${split} and export_id is null order by id desc limit 1`);
	return rows[0] ? toEvaluation(rows[0]) : null;
}

/** The newest evaluations of exports, by export. */
export async function ofExports(db: Executor, exportIds: readonly string[]): Promise<Map<string, Evaluation>> {
	if (exportIds.length === 0) return new Map();
	const rows = await rowsOf<Row>(db, sql`select distinct on (export_id) * from evaluations where export_id in ${[...exportIds]} order by export_id, id desc`);
	return new Map(rows.map((row) => [row.export_id ?? '', toEvaluation(row)]));
}

/** Takes a queued evaluation for a worker; null when it is no longer to be had. */
export async function begin(tx: Tx, id: string, workerId: string): Promise<Evaluation | null> {
	const rows = await rowsOf<Row>(
		tx,
		sql`update evaluations set status = 'running', attempt = attempt + 1, worker_id = ${workerId}, heartbeat_at = now() where id = ${id} and status = 'queued' returning *`
	);
	return rows[0] ? toEvaluation(rows[0]) : null;
}

/** Says how far it is; false when another attempt has taken its place. */
export async function heartbeat(db: Executor, id: string, attempt: number, of: { done: number; total: number | null }): Promise<boolean> {
	const rows = await rowsOf<{ id: string }>(
		db,
		sql`update evaluations set heartbeat_at = now(), done = ${of.done}, total = ${of.total} where id = ${id} and attempt = ${attempt} and status = 'running' returning id`
	);
	return rows.length > 0;
}

/** One scored pair, or an answer judged alone: then it stands as `chosen` and the other side is null. */
export type EvaluationItem = {
	comparisonId: string;
	baseChosen: number;
	baseRejected: number | null;
	parentChosen: number;
	parentRejected: number | null;
	checkpointChosen: number;
	checkpointRejected: number | null;
	tokensChosen: number;
	tokensRejected: number | null;
};

/** Writes results and the numbers behind them, if the attempt still holds the evaluation. */
export async function succeed(tx: Tx, id: string, attempt: number, of: { results: EvaluationResults; items: readonly EvaluationItem[] }): Promise<boolean> {
	const rows = await rowsOf<{ id: string }>(
		tx,
		sql`update evaluations set status = 'succeeded', problem = null, results = ${JSON.stringify(of.results)}::jsonb, done = ${of.items.length}, total = ${of.items.length}, finished_at = now()
			where id = ${id} and attempt = ${attempt} and status = 'running' returning id`
	);
	if (rows.length === 0) return false;
	await tx.execute(sql`insert into evaluation_items (evaluation_id, comparison_id, base_chosen, base_rejected, parent_chosen, parent_rejected, checkpoint_chosen, checkpoint_rejected, tokens_chosen, tokens_rejected)
		select ${id}, i."comparisonId", i."baseChosen", i."baseRejected", i."parentChosen", i."parentRejected", i."checkpointChosen", i."checkpointRejected", i."tokensChosen", i."tokensRejected"
		from jsonb_to_recordset(${JSON.stringify(of.items)}::jsonb) as i("comparisonId" uuid, "baseChosen" float8, "baseRejected" float8, "parentChosen" float8, "parentRejected" float8,
			"checkpointChosen" float8, "checkpointRejected" float8, "tokensChosen" int, "tokensRejected" int)`);
	return true;
}

/** Ends an evaluation with a problem; false when the attempt no longer holds it. */
export async function fail(tx: Tx, id: string, attempt: number, problem: RunProblem): Promise<boolean> {
	return lostWork.fail(tx, 'evaluations', { id, attempt }, problem);
}

/** Ends an evaluation for which nothing was held out that could be scored, and says why; false when the attempt no longer holds it. */
export async function endWithNothing(tx: Tx, id: string, attempt: number, why: RunProblem): Promise<boolean> {
	const rows = await rowsOf<{ id: string }>(
		tx,
		sql`update evaluations set status = 'nothing_to_measure', problem = ${JSON.stringify(why)}::jsonb, finished_at = now() where id = ${id} and attempt = ${attempt} and status = 'running' returning id`
	);
	return rows.length > 0;
}

/** Puts an evaluation that its worker gives back in line again; false when the attempt no longer holds it. */
export async function giveBack(tx: Tx, id: string, attempt: number): Promise<boolean> {
	return lostWork.giveBack(tx, 'evaluations', { id, attempt });
}

/** Puts a failed evaluation in line again, as if it had not been tried; false when it has not failed. */
export async function again(tx: Tx, id: string): Promise<boolean> {
	const rows = await rowsOf<{ id: string }>(
		tx,
		sql`update evaluations set status = 'queued', problem = null, finished_at = null, done = 0, total = null where id = ${id} and status = 'failed' returning id`
	);
	return rows.length > 0;
}

/** Whether this attempt holds the evaluation and was heard of lately. */
export async function isHeld(db: Executor, id: string, attempt: number, silentSeconds: number): Promise<boolean> {
	return lostWork.holds(db, 'evaluations', { id, attempt }, silentSeconds);
}
