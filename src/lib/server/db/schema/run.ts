import { sql } from 'drizzle-orm';
import type { AnyPgColumn } from 'drizzle-orm/pg-core';
import { bigint, check, doublePrecision, index, integer, jsonb, pgTable, primaryKey, text, unique, uuid } from 'drizzle-orm/pg-core';
import type { TrainingRecipe } from '../../../domain/training-recipe.ts';
import type { RowPlan } from '../../../domain/repeat-run.ts';
import type { HealthRule } from '../../../domain/run-health.ts';
import type { RunProblem } from '../../../domain/run-problem.ts';
import { users } from './account.ts';
import { checkpoints } from './checkpoint.ts';
import { createdAt, id, instant } from './columns.ts';
import { projects } from './project.ts';
import { rounds } from './round.ts';
import { snapshots } from './snapshot.ts';
import { sweeps } from './sweep.ts';
import { workers } from './worker.ts';

/** One training of one snapshot on one parent checkpoint. Legal status changes are a trigger. */
export const runs = pgTable(
	'runs',
	{
		id: id(),
		projectId: uuid()
			.notNull()
			.references(() => projects.id),
		roundId: uuid()
			.notNull()
			.references(() => rounds.id),
		snapshotId: uuid()
			.notNull()
			.references(() => snapshots.id),
		/** Hash the run was started on; data that differs is refused. */
		snapshotSha256: text().notNull(),
		parentCheckpointId: uuid()
			.notNull()
			.references(() => checkpoints.id),
		referenceCheckpointId: uuid().references(() => checkpoints.id),
		objective: text().notNull(),
		recipe: jsonb().$type<TrainingRecipe>().notNull(),
		status: text().notNull().default('queued'),
		desiredState: text().notNull().default('run'),
		/** Why a run waits, in the words of the page. */
		waitingFor: text(),
		/** Higher goes first; within one, projects take turns. */
		priority: integer().notNull().default(0),
		/** Where its processes shall live: on a worker's own host, or in an outside scheduler. */
		launcher: text().notNull().default('local'),
		/** What the worker that takes it must be called by its operator, such as `npu`. */
		labels: text().array().notNull().default(sql`'{}'`),
		/** Health rules that end it by themselves, what it saved kept. */
		stopOn: text().array().$type<HealthRule[]>().notNull().default(sql`'{}'`),
		/** The run whose settings it began with. */
		clonedFrom: uuid().references((): AnyPgColumn => runs.id),
		/** The sweep that it is a point of, and which, from 1. */
		sweepId: uuid().references(() => sweeps.id),
		sweepPoint: integer(),
		/** The stage before it: it waits for that run and starts from its checkpoint, which a trigger checks. Until then the parent is the stage's own. */
		afterRunId: uuid().references((): AnyPgColumn => runs.id),
		/** The current attempt's number, 0 before the first. Doubles as fencing number. */
		attempt: integer().notNull().default(0),
		step: integer().notNull().default(0),
		maxSteps: integer(),
		problem: jsonb().$type<RunProblem>(),
		createdBy: uuid()
			.notNull()
			.references(() => users.id),
		createdAt: createdAt(),
		startedAt: instant(),
		finishedAt: instant()
	},
	(t) => [
		index('runs_project').on(t.projectId, t.id),
		unique('runs_after').on(t.afterRunId),
		unique('runs_sweep_point').on(t.sweepId, t.sweepPoint),
		check('runs_sweep', sql`(${t.sweepId} is null) = (${t.sweepPoint} is null)`),
		index('runs_unfinished')
			.on(t.status)
			.where(sql`status not in ('succeeded','failed','cancelled')`),
		check('runs_status', sql`${t.status} in ('queued','waiting','preparing','running','stopping','succeeded','failed','cancelled')`),
		check('runs_stop_on', sql`${t.stopOn} <@ array['loss_not_a_number','chosen_falls','right_at_once','far_from_reference','no_progress','gpu_idle','stands_still','disk_nearly_full']`),
		check('runs_priority', sql`${t.priority} between -100 and 100`),
		check('runs_labels', sql`cardinality(${t.labels}) <= 20 and array_position(${t.labels}, null) is null`),
		check('runs_launcher', sql`${t.launcher} in ('local','slurm','ray','kubernetes')`),
		check('runs_desired', sql`${t.desiredState} in ('run','pause','cancel_keep','cancel_discard')`),
		check('runs_objective', sql`${t.objective} in ('dpo','kto','orpo','cpo','simpo','sft','rm')`)
	]
);

/** One try at a run: its own output folder, argv and lease. Its number is the fencing number. */
export const runAttempts = pgTable(
	'run_attempts',
	{
		runId: uuid()
			.notNull()
			.references(() => runs.id),
		number: integer().notNull(),
		workerId: uuid()
			.notNull()
			.references(() => workers.id),
		outputDir: text(),
		argv: jsonb().$type<string[]>(),
		/** The variables that the engine was given besides those of its host. */
		env: jsonb().$type<Record<string, string>>(),
		/** How the rows that it read differ from the snapshot's file; null: not at all. */
		rowPlan: jsonb().$type<RowPlan>(),
		/** Its job's id in an outside scheduler, for people who look there; a worker finds its jobs by their names. */
		jobId: text(),
		engineVersions: jsonb().$type<Record<string, string>>(),
		resumedFromStep: integer(),
		/** Event files of TensorBoard in the artifact store, where the recipe asked for them. */
		tensorboard: jsonb().$type<{ path: string; sha256: string; bytes: number }[]>(),
		leaseExpiresAt: instant().notNull(),
		exitCode: integer(),
		problem: jsonb().$type<RunProblem>(),
		startedAt: createdAt(),
		endedAt: instant()
	},
	(t) => [primaryKey({ columns: [t.runId, t.number] })]
);

/** What happened to a run, in order; the page replays it from any id. */
export const runEvents = pgTable(
	'run_events',
	{
		id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
		runId: uuid()
			.notNull()
			.references(() => runs.id),
		attempt: integer().notNull(),
		kind: text().notNull(),
		data: jsonb().$type<Record<string, unknown>>().notNull(),
		createdAt: createdAt()
	},
	(t) => [index('run_events_run').on(t.runId, t.id)]
);

/** Metrics once per step: a resumed attempt that repeats a step replaces it. */
export const runMetrics = pgTable(
	'run_metrics',
	{
		runId: uuid()
			.notNull()
			.references(() => runs.id),
		step: integer().notNull(),
		attempt: integer().notNull(),
		epoch: doublePrecision(),
		values: jsonb().$type<Record<string, number>>().notNull()
	},
	(t) => [primaryKey({ columns: [t.runId, t.step] })]
);

/** The engine's own output, in chunks of lines. */
export const runLogs = pgTable(
	'run_logs',
	{
		id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
		runId: uuid()
			.notNull()
			.references(() => runs.id),
		attempt: integer().notNull(),
		lines: text().notNull(),
		createdAt: createdAt()
	},
	(t) => [index('run_logs_run').on(t.runId, t.id)]
);
