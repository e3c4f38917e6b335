import { sql } from 'drizzle-orm';
import { bigint, check, doublePrecision, foreignKey, index, integer, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import type { Sampling } from '../../../domain/generation-plan.ts';
import type { PairPolicy } from '../../../domain/pairing.ts';
import type { RunProblem } from '../../../domain/run-problem.ts';
import { users } from './account.ts';
import { checkpointExports, checkpoints } from './checkpoint.ts';
import { createdAt, id, instant } from './columns.ts';
import { endpoints } from './endpoint.ts';
import { projects } from './project.ts';
import { prompts, responses } from './prompt.ts';
import { rounds } from './round.ts';
import { suiteVersions } from './suite.ts';
import { workers } from './worker.ts';

/**
 * Answers to be made, and how they become comparisons; every sampling setting
 * is stored. Three occasions, one row: after a training (`checkpoint_id`) parent
 * and checkpoint answer and the next round opens; asked for by a person
 * (`created_by`) any models answer, and pairs go to the round that is open; for a
 * suite (`suite_version_id`) the answers are measured and make no pairs.
 */
export const generations = pgTable(
	'generations',
	{
		id: id(),
		projectId: uuid()
			.notNull()
			.references(() => projects.id),
		/** The round that it was asked in. */
		roundId: uuid()
			.notNull()
			.references(() => rounds.id),
		/** The round that the answers are judged in, once all are there. */
		intoRoundId: uuid().references(() => rounds.id),
		checkpointId: uuid().references(() => checkpoints.id),
		parentCheckpointId: uuid().references(() => checkpoints.id),
		createdBy: uuid().references(() => users.id),
		suiteVersionId: uuid().references(() => suiteVersions.id),
		sampling: jsonb().$type<Sampling>().notNull(),
		seed: bigint({ mode: 'number' }).notNull(),
		policy: text().$type<PairPolicy>().notNull().default('champion_challenger'),
		/** Pairs a prompt, where the policy draws some of all. */
		pairsPerPrompt: integer(),
		/** Prompts that every source answers. */
		promptIds: uuid().array().notNull(),
		/** Prompts whose answer by the new checkpoint is judged alone; its parent is not asked. */
		singlePromptIds: uuid().array().notNull().default([]),
		status: text().notNull().default('queued'),
		attempt: integer().notNull().default(0),
		workerId: uuid().references(() => workers.id),
		heartbeatAt: instant(),
		/** Answers that are there or could not be had, of all that are asked for. */
		done: integer().notNull().default(0),
		total: integer().notNull(),
		/** Comparisons that came of it. */
		comparisons: integer().notNull().default(0),
		problem: jsonb().$type<RunProblem>(),
		createdAt: createdAt(),
		/** When the first worker took it. */
		begunAt: instant(),
		finishedAt: instant()
	},
	(t) => [
		index('generations_round').on(t.roundId),
		index('generations_asked').on(t.projectId, t.id).where(sql`checkpoint_id is null and suite_version_id is null`),
		check('generations_status', sql`${t.status} in ('queued','running','succeeded','failed','cancelled')`),
		check('generations_occasion', sql`(${t.checkpointId} is null) = (${t.parentCheckpointId} is null) and num_nonnulls(${t.checkpointId}, coalesce(${t.suiteVersionId}, ${t.createdBy})) = 1`)
	]
);

/** A model that answers in a generation, with kept tallies. Prices are those of the day it was asked. */
export const generationSources = pgTable(
	'generation_sources',
	{
		generationId: uuid()
			.notNull()
			.references(() => generations.id),
		ordinal: integer().notNull(),
		checkpointId: uuid().references(() => checkpoints.id),
		/** The form that the checkpoint answers in, where its weights are others; null: as it was trained. */
		exportId: uuid(),
		endpointId: uuid().references(() => endpoints.id),
		priceIn: doublePrecision(),
		priceOut: doublePrecision(),
		currency: text(),
		answered: integer().notNull().default(0),
		/** Questions that it gave no usable answer to. */
		missed: integer().notNull().default(0),
		/** Answers that tell who wrote them. */
		leaked: integer().notNull().default(0),
		promptTokens: bigint({ mode: 'number' }).notNull().default(0),
		completionTokens: bigint({ mode: 'number' }).notNull().default(0)
	},
	(t) => [
		primaryKey({ columns: [t.generationId, t.ordinal] }),
		foreignKey({ name: 'generation_sources_export_of', columns: [t.exportId, t.checkpointId], foreignColumns: [checkpointExports.id, checkpointExports.checkpointId] }),
		check('generation_sources_one', sql`num_nonnulls(${t.checkpointId}, ${t.endpointId}) = 1`),
		check('generation_sources_form', sql`${t.exportId} is null or ${t.checkpointId} is not null`)
	]
);

/** What a source said to a prompt in a generation: a response, or why there is none. The same text of the same source is one response, however often it was given. */
export const generationAnswers = pgTable(
	'generation_answers',
	{
		generationId: uuid()
			.notNull()
			.references(() => generations.id),
		promptId: uuid()
			.notNull()
			.references(() => prompts.id),
		source: integer().notNull(),
		/** Its number among the answers of this source to this prompt. */
		sample: integer().notNull(),
		responseId: uuid().references(() => responses.id),
		/** Code of what was wrong. */
		missed: text(),
		/** The model's or maker's name that the text gives away: no pair is made of it. */
		leaks: text()
	},
	(t) => [
		primaryKey({ columns: [t.generationId, t.promptId, t.source, t.sample] }),
		foreignKey({ name: 'generation_answers_source', columns: [t.generationId, t.source], foreignColumns: [generationSources.generationId, generationSources.ordinal] }),
		check('generation_answers_one', sql`num_nonnulls(${t.responseId}, ${t.missed}) = 1`)
	]
);
