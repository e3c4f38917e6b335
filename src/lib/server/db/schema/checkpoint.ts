import { sql } from 'drizzle-orm';
import { bigint, boolean, check, index, integer, jsonb, pgTable, text, unique, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import type { AnyPgColumn } from 'drizzle-orm/pg-core';
import type { ExportPlan } from '../../../domain/checkpoint-export.ts';
import type { ModelFacts } from '../../../domain/hub-model.ts';
import { users } from './account.ts';
import { createdAt, id, instant } from './columns.ts';
import { projects } from './project.ts';
import type { RunProblem } from '../../../domain/run-problem.ts';
import { rounds } from './round.ts';
import { workers } from './worker.ts';

/** A trained artifact, or the base model (a checkpoint without a run). */
export const checkpoints = pgTable(
	'checkpoints',
	{
		id: id(),
		projectId: uuid()
			.notNull()
			.references(() => projects.id),
		kind: text().notNull(),
		name: text().notNull(),
		parentId: uuid().references((): AnyPgColumn => checkpoints.id),
		runId: uuid().unique('checkpoints_run'),
		attempt: integer(),
		step: integer(),
		/** Base models: `folder:/path`, `bundled:name`, or `hf:owner/name@commit` and `modelscope:…`; trained ones live in the artifact store. */
		location: text(),
		/** Hash over the sorted list of files and their hashes; null until a base model was first read. */
		sha256: text(),
		/** What a base model's folder says of it, read with its hash. */
		model: jsonb().$type<ModelFacts>(),
		files: jsonb().$type<{ path: string; bytes: number; sha256: string }[]>(),
		bytes: bigint({ mode: 'number' }),
		/** SHA-256 of the chat template it was trained under; what serves it must have the same. Null for base models and older ones. */
		chatTemplateSha256: text(),
		createdAt: createdAt()
	},
	(t) => [
		index('checkpoints_project').on(t.projectId, t.id),
		check('checkpoints_kind', sql`${t.kind} in ('base','adapter','full')`),
		check('checkpoints_origin', sql`(${t.kind} = 'base') = (${t.runId} is null)`),
		check('checkpoints_location', sql`(${t.kind} = 'base') = (${t.location} is not null)`)
	]
);

/** A form of a checkpoint that was asked for, and what a worker made of that; its files lie in the artifact store. */
export const checkpointExports = pgTable(
	'checkpoint_exports',
	{
		id: id(),
		projectId: uuid()
			.notNull()
			.references(() => projects.id),
		checkpointId: uuid()
			.notNull()
			.references(() => checkpoints.id),
		plan: jsonb().$type<ExportPlan>().notNull(),
		/** Whether its weights are others than the checkpoint's: then it is measured before it may be promoted. */
		changed: boolean().notNull(),
		status: text().notNull().default('queued'),
		attempt: integer().notNull().default(0),
		workerId: uuid().references(() => workers.id),
		heartbeatAt: instant(),
		/** How the engine was or would be started; no secret stands in it. */
		command: jsonb().$type<string[]>(),
		/** Rows of the snapshot's training file that the weights were rounded by; null where none are needed. */
		calibrationRows: integer(),
		sha256: text(),
		files: jsonb().$type<{ path: string; bytes: number; sha256: string }[]>(),
		bytes: bigint({ mode: 'number' }),
		problem: jsonb().$type<RunProblem>(),
		createdBy: uuid()
			.notNull()
			.references(() => users.id),
		createdAt: createdAt(),
		finishedAt: instant(),
		/** Since when its files are no more of the record, and a clean-up may take them; what they were stays written here. */
		droppedAt: instant()
	},
	(t) => [
		index('checkpoint_exports_checkpoint').on(t.checkpointId, t.id),
		// What is there or under way is not made a second time.
		uniqueIndex('checkpoint_exports_once').on(t.checkpointId, t.plan).where(sql`status in ('queued','running','succeeded')`),
		unique('checkpoint_exports_of').on(t.id, t.checkpointId),
		check('checkpoint_exports_status', sql`${t.status} in ('queued','running','succeeded','failed','cancelled','dropped')`),
		check('checkpoint_exports_finished', sql`(${t.status} in ('succeeded','failed','cancelled','dropped')) = (${t.finishedAt} is not null)`),
		check('checkpoint_exports_dropped', sql`(${t.status} = 'dropped') = (${t.droppedAt} is not null)`),
		check('checkpoint_exports_files', sql`(${t.status} in ('succeeded','dropped')) = (num_nonnulls(${t.sha256}, ${t.files}, ${t.bytes}) = 3)`)
	]
);

/** Promote, reject, ask for more data, or go back to an earlier champion: signed by a reviewer, with a reason. */
export const decisions = pgTable(
	'decisions',
	{
		id: id(),
		checkpointId: uuid()
			.notNull()
			.references(() => checkpoints.id),
		roundId: uuid()
			.notNull()
			.references(() => rounds.id),
		decision: text().notNull(),
		/** Salted hash of the erasable reason beside it. */
		reasonHash: text().notNull(),
		/** The figures that stood on the page when the decision was taken. */
		figures: jsonb().$type<Record<string, unknown>>().notNull(),
		byUserId: uuid()
			.notNull()
			.references(() => users.id),
		createdAt: createdAt()
	},
	(t) => [index('decisions_checkpoint').on(t.checkpointId), check('decisions_decision', sql`${t.decision} in ('promote','reject','more_data','roll_back')`)]
);

/** Why somebody decided so; may be erased, the record keeps its salted hash. */
export const decisionTexts = pgTable('decision_texts', {
	decisionId: uuid()
		.primaryKey()
		.references(() => decisions.id),
	salt: text().notNull(),
	reason: text().notNull()
});

