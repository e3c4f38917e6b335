import { sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import { NOT_COUNTED } from '../../domain/out-of-reach.ts';
import type { RowPlan } from '../../domain/repeat-run.ts';
import type { HealthRule } from '../../domain/run-health.ts';
import type { RunProblem } from '../../domain/run-problem.ts';
import type { LauncherName } from '../../domain/launcher.ts';
import type { DesiredState, RunStatus } from '../../domain/run-state.ts';
import { readRecipe } from '../../domain/training-recipe.ts';
import type { TrainingRecipe } from '../../domain/training-recipe.ts';
import type { Executor, Tx } from './client.ts';
import { isoTime, rowsOf, texts, uuids } from './rows.ts';

/** One training of one snapshot on one parent. */
export type Run = {
	id: string;
	projectId: string;
	roundId: string;
	snapshotId: string;
	snapshotSha256: string;
	parentCheckpointId: string;
	referenceCheckpointId: string | null;
	objective: string;
	recipe: TrainingRecipe;
	status: RunStatus;
	desiredState: DesiredState;
	priority: number;
	launcher: LauncherName;
	/** What the worker that takes it must be called. */
	labels: string[];
	/** Health rules that end it by themselves. */
	stopOn: HealthRule[];
	clonedFrom: string | null;
	/** The sweep that it is a point of, and which, from 1. */
	sweep: { id: string; point: number } | null;
	/** The stage before it: it waits for that run and starts from its checkpoint. Until then its parent is that run's own. */
	afterRunId: string | null;
	attempt: number;
	step: number;
	maxSteps: number | null;
	problem: RunProblem | null;
	createdBy: string;
	createdAt: string;
	startedAt: string | null;
	finishedAt: string | null;
};

type Row = {
	id: string;
	project_id: string;
	round_id: string;
	snapshot_id: string;
	snapshot_sha256: string;
	parent_checkpoint_id: string;
	reference_checkpoint_id: string | null;
	objective: string;
	recipe: Record<string, unknown>;
	status: RunStatus;
	desired_state: DesiredState;
	priority: number;
	launcher: LauncherName;
	labels: string[];
	stop_on: HealthRule[];
	cloned_from: string | null;
	sweep_id: string | null;
	sweep_point: number | null;
	after_run_id: string | null;
	attempt: number;
	step: number;
	max_steps: number | null;
	problem: RunProblem | null;
	created_by: string;
	created_at: string;
	started_at: string | null;
	finished_at: string | null;
};

const time = (text: string | null) => (text === null ? null : isoTime(text));

const toRun = (row: Row): Run => ({
	id: row.id,
	projectId: row.project_id,
	roundId: row.round_id,
	snapshotId: row.snapshot_id,
	snapshotSha256: row.snapshot_sha256,
	parentCheckpointId: row.parent_checkpoint_id,
	referenceCheckpointId: row.reference_checkpoint_id,
	objective: row.objective,
	recipe: readRecipe(row.recipe),
	status: row.status,
	desiredState: row.desired_state,
	priority: row.priority,
	launcher: row.launcher,
	labels: row.labels,
	stopOn: row.stop_on,
	clonedFrom: row.cloned_from,
	sweep: row.sweep_id === null ? null : { id: row.sweep_id, point: row.sweep_point ?? 0 },
	afterRunId: row.after_run_id,
	attempt: row.attempt,
	step: row.step,
	maxSteps: row.max_steps,
	problem: row.problem,
	createdBy: row.created_by,
	createdAt: isoTime(row.created_at),
	startedAt: time(row.started_at),
	finishedAt: time(row.finished_at)
});

/** A run to be made. */
export type NewRun = Pick<Run, 'projectId' | 'roundId' | 'snapshotId' | 'snapshotSha256' | 'parentCheckpointId' | 'referenceCheckpointId' | 'objective' | 'recipe' | 'maxSteps' | 'createdBy'> & Partial<Pick<Run, 'priority' | 'launcher' | 'labels' | 'clonedFrom' | 'stopOn' | 'sweep' | 'afterRunId'>>;

/** Makes a queued run, or one that waits for the stage before it. */
export async function insert(tx: Tx, of: NewRun): Promise<string> {
	const rows = await rowsOf<{ id: string }>(
		tx,
		sql`insert into runs (project_id, round_id, snapshot_id, snapshot_sha256, parent_checkpoint_id, reference_checkpoint_id, objective, recipe, max_steps, created_by, priority, launcher, cloned_from, sweep_id, sweep_point, after_run_id, status, stop_on, labels)
			values (${of.projectId}, ${of.roundId}, ${of.snapshotId}, ${of.snapshotSha256}, ${of.parentCheckpointId}, ${of.referenceCheckpointId}, ${of.objective},
				${JSON.stringify(of.recipe)}::jsonb, ${of.maxSteps}, ${of.createdBy},
				${of.priority ?? 0}, ${of.launcher ?? 'local'}, ${of.clonedFrom ?? null}, ${of.sweep?.id ?? null}, ${of.sweep?.point ?? null}::int, ${of.afterRunId ?? null}, ${of.afterRunId ? 'waiting' : 'queued'}, ${texts(of.stopOn ?? [])}, ${texts(of.labels ?? [])}) returning id`
	);
	return rows[0]?.id ?? '';
}

/** One run. */
export async function get(db: Executor, id: string): Promise<Run | null> {
	const rows = await rowsOf<Row>(db, sql`select * from runs where id = ${id}`);
	return rows[0] ? toRun(rows[0]) : null;
}

/** One run, locked: what follows decides over its status. */
export async function lock(tx: Tx, id: string): Promise<Run | null> {
	const rows = await rowsOf<Row>(tx, sql`select * from runs where id = ${id} for update`);
	return rows[0] ? toRun(rows[0]) : null;
}

/** Runs of a project, newest first. */
export async function list(db: Executor, projectId: string): Promise<Run[]> {
	return (await rowsOf<Row>(db, sql`select * from runs where project_id = ${projectId} order by id desc`)).map(toRun);
}

/** Those of these runs that are a project's, oldest first. */
export async function some(db: Executor, projectId: string, ids: readonly string[]): Promise<Run[]> {
	if (ids.length === 0) return [];
	return (await rowsOf<Row>(db, sql`select * from runs where project_id = ${projectId} and id in ${uuids(ids)} order by id`)).map(toRun);
}

/** The run that waits for this one, or waited for it; null: none. */
export async function after(db: Executor, id: string): Promise<Run | null> {
	const rows = await rowsOf<Row>(db, sql`select * from runs where after_run_id = ${id}`);
	return rows[0] ? toRun(rows[0]) : null;
}

/** Lets a locked run start from the checkpoint of the stage before it. */
export async function setParent(tx: Tx, id: string, of: { parentCheckpointId: string; referenceCheckpointId: string | null }): Promise<void> {
	await tx.execute(sql`update runs set parent_checkpoint_id = ${of.parentCheckpointId}, reference_checkpoint_id = ${of.referenceCheckpointId} where id = ${id}`);
}

/** The runs of a sweep, in the order of its points. */
export async function ofSweep(db: Executor, sweepId: string): Promise<Run[]> {
	return (await rowsOf<Row>(db, sql`select * from runs where sweep_id = ${sweepId} order by sweep_point`)).map(toRun);
}

/** Changes a locked run's status; the database refuses what is not legal. */
export async function setStatus(tx: Tx, id: string, status: RunStatus, more: { problem?: RunProblem | null } = {}): Promise<void> {
	await tx.execute(sql`update runs set status = ${status},
		problem = ${more.problem === undefined ? sql`problem` : sql`${JSON.stringify(more.problem)}::jsonb`},
		started_at = case when ${status} = 'preparing' then coalesce(started_at, now()) else started_at end,
		finished_at = case when ${status} in ('succeeded', 'failed', 'cancelled') then now() else finished_at end where id = ${id}`);
}

/** Writes how many steps the engine makes, where that is not what was planned. */
export async function setMaxSteps(tx: Tx, id: string, maxSteps: number): Promise<void> {
	await tx.execute(sql`update runs set max_steps = ${maxSteps} where id = ${id}`);
}

/** Writes what people want of a run. */
export async function setDesired(tx: Tx, id: string, desired: DesiredState): Promise<void> {
	await tx.execute(sql`update runs set desired_state = ${desired} where id = ${id}`);
}

/** Begins the next attempt of a locked run; its number is the fencing number. */
export async function beginAttempt(tx: Tx, id: string, of: { workerId: string; leaseSeconds: number }): Promise<number> {
	const rows = await rowsOf<{ attempt: number }>(tx, sql`update runs set attempt = attempt + 1 where id = ${id} returning attempt`);
	const attempt = rows[0]?.attempt ?? 0;
	await tx.execute(sql`insert into run_attempts (run_id, number, worker_id, lease_expires_at) values (${id}, ${attempt}, ${of.workerId}, now() + make_interval(secs => ${of.leaseSeconds}))`);
	return attempt;
}

/** Renews an attempt's lease and gives what is desired; null when another attempt has taken its place or it has ended. */
export async function renew(db: Executor, id: string, attempt: number, leaseSeconds: number): Promise<DesiredState | null> {
	const rows = await rowsOf<{ desired_state: DesiredState }>(
		db,
		sql`update run_attempts a set lease_expires_at = now() + make_interval(secs => ${leaseSeconds}) from runs r
			where a.run_id = ${id} and a.number = ${attempt} and a.ended_at is null and r.id = a.run_id and r.attempt = a.number
				and r.status in ('preparing', 'running', 'stopping') returning r.desired_state`
	);
	return rows[0]?.desired_state ?? null;
}

/** Facts about an attempt, as they become known. */
export async function describeAttempt(tx: Tx, id: string, attempt: number, of: { outputDir?: string; argv?: string[]; env?: Record<string, string>; rowPlan?: RowPlan | null; engineVersions?: Record<string, string>; resumedFromStep?: number | null; jobId?: string; tensorboard?: StoredFile[] }): Promise<void> {
	await tx.execute(sql`update run_attempts set output_dir = coalesce(${of.outputDir ?? null}, output_dir), job_id = coalesce(${of.jobId ?? null}, job_id), argv = coalesce(${of.argv ? JSON.stringify(of.argv) : null}::jsonb, argv),
		env = coalesce(${of.env ? JSON.stringify(of.env) : null}::jsonb, env), row_plan = coalesce(${of.rowPlan ? JSON.stringify(of.rowPlan) : null}::jsonb, row_plan),
		engine_versions = coalesce(${of.engineVersions ? JSON.stringify(of.engineVersions) : null}::jsonb, engine_versions), resumed_from_step = coalesce(${of.resumedFromStep ?? null}::int, resumed_from_step),
		tensorboard = coalesce(${of.tensorboard ? JSON.stringify(of.tensorboard) : null}::jsonb, tensorboard)
		where run_id = ${id} and number = ${attempt}`);
}

/** Ends an attempt. */
export async function endAttempt(tx: Tx, id: string, attempt: number, of: { exitCode: number | null; problem: RunProblem | null }): Promise<void> {
	await tx.execute(sql`update run_attempts set ended_at = now(), exit_code = ${of.exitCode}, problem = ${of.problem === null ? null : JSON.stringify(of.problem)}::jsonb
		where run_id = ${id} and number = ${attempt} and ended_at is null`);
}

/**
 * Ended attempts of a run that got no further than those before them: none of their saves is newer. One that its
 * worker gave back because it went down, because the run was paused, or because what it needs was out of reach, is not
 * counted.
 */
export async function fruitlessAttempts(tx: Tx, id: string): Promise<number> {
	const saved = (which: SQL) => sql`coalesce((select max((e.data->>'step')::int) from run_events e where e.run_id = a.run_id and e.kind = 'saved' and ${which}), 0)`;
	const rows = await rowsOf<{ n: number }>(
		tx,
		sql`select count(*)::int as n from run_attempts a where a.run_id = ${id} and a.ended_at is not null and coalesce(a.problem->>'code', '') <> all(${texts(['worker_stopped', 'paused', ...NOT_COUNTED])})
			and ${saved(sql`e.attempt = a.number`)} <= ${saved(sql`e.attempt < a.number`)}`
	);
	return rows[0]?.n ?? 0;
}

/** One attempt as the page and the resuming worker see it. */
export type Attempt = {
	number: number;
	workerId: string;
	/** The host's name, as it calls itself. */
	host: string;
	outputDir: string | null;
	argv: string[] | null;
	env: Record<string, string> | null;
	rowPlan: RowPlan | null;
	engineVersions: Record<string, string> | null;
	resumedFromStep: number | null;
	/** Event files of TensorBoard in the artifact store. */
	tensorboard: StoredFile[] | null;
	exitCode: number | null;
	problem: RunProblem | null;
	startedAt: string;
	endedAt: string | null;
};

/** A file in the artifact store, with the path that it had. */
export type StoredFile = { path: string; sha256: string; bytes: number };

/** Attempts of a run, oldest first. */
export async function attempts(db: Executor, id: string): Promise<Attempt[]> {
	const rows = await rowsOf<{
		number: number;
		worker_id: string;
		hostname: string;
		output_dir: string | null;
		argv: string[] | null;
		env: Record<string, string> | null;
		row_plan: RowPlan | null;
		engine_versions: Record<string, string> | null;
		resumed_from_step: number | null;
		tensorboard: StoredFile[] | null;
		exit_code: number | null;
		problem: RunProblem | null;
		started_at: string;
		ended_at: string | null;
	}>(db, sql`select a.*, w.hostname from run_attempts a join workers w on w.id = a.worker_id where a.run_id = ${id} order by a.number`);
	return rows.map((row) => ({
		number: row.number,
		workerId: row.worker_id,
		host: row.hostname,
		outputDir: row.output_dir,
		argv: row.argv,
		env: row.env,
		rowPlan: row.row_plan,
		engineVersions: row.engine_versions,
		resumedFromStep: row.resumed_from_step,
		tensorboard: row.tensorboard,
		exitCode: row.exit_code,
		problem: row.problem,
		startedAt: isoTime(row.started_at),
		endedAt: time(row.ended_at)
	}));
}

/** Whether an attempt still holds its run: what a launcher asks before it ends processes it found. */
export async function ownsRun(db: Executor, id: string, attempt: number): Promise<boolean> {
	const rows = await rowsOf<{ held: boolean }>(
		db,
		sql`select exists (select 1 from run_attempts a join runs r on r.id = a.run_id and r.attempt = a.number
			where a.run_id = ${id} and a.number = ${attempt} and a.ended_at is null and a.lease_expires_at > now()) as held`
	);
	return rows[0]?.held === true;
}

/** Runs whose attempt's lease lapsed, locked; those that somebody else is looking at are left out. */
export async function lapsed(tx: Tx): Promise<Run[]> {
	const rows = await rowsOf<Row>(
		tx,
		sql`select r.* from runs r join run_attempts a on a.run_id = r.id and a.number = r.attempt
			where r.status in ('preparing', 'running', 'stopping') and a.lease_expires_at <= now() for update of r skip locked`
	);
	return rows.map(toRun);
}

/** Unfinished attempts of these workers. */
export async function attemptsOf(tx: Tx, workerIds: readonly string[]): Promise<{ runId: string; attempt: number }[]> {
	const rows = await rowsOf<{ run_id: string; number: number }>(
		tx,
		sql`select a.run_id, a.number from run_attempts a join runs r on r.id = a.run_id and r.attempt = a.number
			where a.worker_id in ${[...workerIds]} and a.ended_at is null and r.status in ('preparing', 'running', 'stopping')`
	);
	return rows.map((row) => ({ runId: row.run_id, attempt: row.number }));
}
