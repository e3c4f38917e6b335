import { sql } from 'drizzle-orm';
import { bigint, check, doublePrecision, index, integer, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import type { RunProblem } from '../../../domain/run-problem.ts';
import { checkpoints } from './checkpoint.ts';
import { createdAt, id, instant } from './columns.ts';
import { comparisons } from './comparison.ts';
import { projects } from './project.ts';
import { prompts, responses } from './prompt.ts';
import { rounds } from './round.ts';
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
		check('evaluations_status', sql`${t.status} in ('queued','running','succeeded','failed')`)
	]
);

/** One held-out pair's log-probabilities, so that a figure can be followed to its comparisons. */
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
		baseRejected: doublePrecision().notNull(),
		parentChosen: doublePrecision().notNull(),
		parentRejected: doublePrecision().notNull(),
		checkpointChosen: doublePrecision().notNull(),
		checkpointRejected: doublePrecision().notNull(),
		tokensChosen: integer().notNull(),
		tokensRejected: integer().notNull()
	},
	(t) => [primaryKey({ columns: [t.evaluationId, t.comparisonId] })]
);

/** Answers of parent and checkpoint that fill a round; every sampling setting is stored. */
export const generations = pgTable(
	'generations',
	{
		id: id(),
		projectId: uuid()
			.notNull()
			.references(() => projects.id),
		/** The round that the checkpoint came from. */
		roundId: uuid()
			.notNull()
			.references(() => rounds.id),
		/** The round that the answers are judged in, once all are there. */
		intoRoundId: uuid().references(() => rounds.id),
		checkpointId: uuid()
			.notNull()
			.references(() => checkpoints.id),
		parentCheckpointId: uuid()
			.notNull()
			.references(() => checkpoints.id),
		sampling: jsonb().$type<{ temperature: number; topP: number; maxTokens: number }>().notNull(),
		seed: bigint({ mode: 'number' }).notNull(),
		promptIds: uuid().array().notNull(),
		status: text().notNull().default('queued'),
		attempt: integer().notNull().default(0),
		workerId: uuid().references(() => workers.id),
		heartbeatAt: instant(),
		done: integer().notNull().default(0),
		total: integer().notNull(),
		problem: jsonb().$type<RunProblem>(),
		createdAt: createdAt(),
		finishedAt: instant()
	},
	(t) => [
		index('generations_round').on(t.roundId),
		check('generations_status', sql`${t.status} in ('queued','running','succeeded','failed')`)
	]
);

/** Which answer a checkpoint gave in a generation. The same text of the same checkpoint is one response, however often it was given. */
export const generationAnswers = pgTable(
	'generation_answers',
	{
		generationId: uuid()
			.notNull()
			.references(() => generations.id),
		promptId: uuid()
			.notNull()
			.references(() => prompts.id),
		checkpointId: uuid()
			.notNull()
			.references(() => checkpoints.id),
		responseId: uuid()
			.notNull()
			.references(() => responses.id)
	},
	(t) => [primaryKey({ columns: [t.generationId, t.promptId, t.checkpointId] })]
);
