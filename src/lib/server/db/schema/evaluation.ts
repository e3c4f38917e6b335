import { sql } from 'drizzle-orm';
import { check, doublePrecision, foreignKey, index, integer, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import type { RunProblem } from '../../../domain/run-problem.ts';
import { checkpointExports, checkpoints } from './checkpoint.ts';
import { createdAt, id, instant } from './columns.ts';
import { comparisons } from './comparison.ts';
import { projects } from './project.ts';
import { snapshots } from './snapshot.ts';
import { workers } from './worker.ts';

/** Measured comparison of a checkpoint with its parent on held-out pairs. */
export const evaluations = pgTable(
	'evaluations',
	{
		id: id(),
		projectId: uuid()
			.notNull()
			.references(() => projects.id),
		checkpointId: uuid()
			.notNull()
			.references(() => checkpoints.id),
		parentCheckpointId: uuid()
			.notNull()
			.references(() => checkpoints.id),
		snapshotId: uuid()
			.notNull()
			.references(() => snapshots.id),
		/** The checkpoint in this form, beside itself as it was trained; null: as it was trained, beside its parent. */
		exportId: uuid(),
		/** Of which split's comparisons: test decides, dev ranks the points of a sweep. */
		split: text().notNull().default('test'),
		status: text().notNull().default('queued'),
		attempt: integer().notNull().default(0),
		workerId: uuid().references(() => workers.id),
		heartbeatAt: instant(),
		done: integer().notNull().default(0),
		total: integer(),
		/** Seed of the bootstrap. */
		seed: text().notNull(),
		results: jsonb().$type<Record<string, unknown>>(),
		problem: jsonb().$type<RunProblem>(),
		createdAt: createdAt(),
		finishedAt: instant()
	},
	(t) => [
		index('evaluations_checkpoint').on(t.checkpointId),
		index('evaluations_export').on(t.exportId).where(sql`export_id is not null`),
		foreignKey({ name: 'evaluations_export_of', columns: [t.exportId, t.checkpointId], foreignColumns: [checkpointExports.id, checkpointExports.checkpointId] }),
		check('evaluations_beside_itself', sql`(${t.exportId} is null) = (${t.parentCheckpointId} <> ${t.checkpointId})`),
		check('evaluations_split', sql`${t.split} in ('dev','test')`),
		check('evaluations_status', sql`${t.status} in ('queued','running','succeeded','failed','nothing_to_measure')`)
	]
);

/** Log-probabilities of a held-out pair, or of one answer alone (then `chosen` is that answer), so that a figure can be followed to its comparisons. */
export const evaluationItems = pgTable(
	'evaluation_items',
	{
		evaluationId: uuid()
			.notNull()
			.references(() => evaluations.id),
		comparisonId: uuid()
			.notNull()
			.references(() => comparisons.id),
		baseChosen: doublePrecision().notNull(),
		baseRejected: doublePrecision(),
		parentChosen: doublePrecision().notNull(),
		parentRejected: doublePrecision(),
		checkpointChosen: doublePrecision().notNull(),
		checkpointRejected: doublePrecision(),
		tokensChosen: integer().notNull(),
		tokensRejected: integer()
	},
	(t) => [
		primaryKey({ columns: [t.evaluationId, t.comparisonId] }),
		check('evaluation_items_sides', sql`num_nulls(${t.baseRejected}, ${t.parentRejected}, ${t.checkpointRejected}, ${t.tokensRejected}) in (0, 4)`)
	]
);
