import { sql } from 'drizzle-orm';
import { check, foreignKey, index, jsonb, pgTable, primaryKey, text, unique, uuid } from 'drizzle-orm/pg-core';
import type { RunProblem } from '../../../domain/run-problem.ts';
import type { QuestionScore } from '../../../domain/suite/benchmark.ts';
import type { SuiteResults } from '../../../domain/suite/measures.ts';
import { users } from './account.ts';
import { checkpointExports, checkpoints } from './checkpoint.ts';
import { createdAt, id, instant } from './columns.ts';
import { endpoints } from './endpoint.ts';
import { generations } from './generation.ts';
import { projects } from './project.ts';
import { prompts } from './prompt.ts';
import { suiteVersions } from './suite.ts';

/** A checkpoint, as it was trained or in a form, run through a suite's version, beside what it is compared with. Its answers are a generation's, which holds status and problem too. */
export const suiteRuns = pgTable(
	'suite_runs',
	{
		id: id(),
		projectId: uuid()
			.notNull()
			.references(() => projects.id),
		suiteVersionId: uuid()
			.notNull()
			.references(() => suiteVersions.id),
		generationId: uuid()
			.notNull()
			.references(() => generations.id),
		checkpointId: uuid()
			.notNull()
			.references(() => checkpoints.id),
		/** The checkpoint in this form, beside itself as it was trained too; null: as it was trained. */
		exportId: uuid(),
		/** Null for the base model, which has none. */
		parentCheckpointId: uuid().references(() => checkpoints.id),
		/** What was promoted when it was asked for. */
		championCheckpointId: uuid()
			.notNull()
			.references(() => checkpoints.id),
		baseCheckpointId: uuid()
			.notNull()
			.references(() => checkpoints.id),
		/** Seed of the bootstrap and the sign flips. */
		seed: text().notNull(),
		results: jsonb().$type<SuiteResults>(),
		/** Null: it followed the training, or the making of the form, by itself. */
		createdBy: uuid().references(() => users.id),
		createdAt: createdAt(),
		finishedAt: instant()
	},
	(t) => [
		unique('suite_runs_generation').on(t.generationId),
		index('suite_runs_checkpoint').on(t.checkpointId),
		index('suite_runs_export').on(t.exportId).where(sql`export_id is not null`),
		index('suite_runs_project').on(t.projectId, t.id),
		foreignKey({ name: 'suite_runs_export_of', columns: [t.exportId, t.checkpointId], foreignColumns: [checkpointExports.id, checkpointExports.checkpointId] }),
		check('suite_runs_finished', sql`(${t.results} is null) = (${t.finishedAt} is null)`)
	]
);

/**
 * What a model judge said to a question, or why it said nothing. Its key is the
 * hash of all that it was asked, by which endpoint or of which reward model: the
 * same question is asked once, whichever run puts it, and another wording is
 * another question.
 */
export const judgeAnswers = pgTable(
	'judge_answers',
	{
		projectId: uuid()
			.notNull()
			.references(() => projects.id),
		key: text().notNull(),
		/** Whose words stand in the question: walls go by it. */
		promptId: uuid()
			.notNull()
			.references(() => prompts.id),
		/** Who was asked: an endpoint, or a reward model of the project. */
		endpointId: uuid().references(() => endpoints.id),
		checkpointId: uuid().references(() => checkpoints.id),
		/** `a`, `b` or `tie` of a pair as it was shown, `yes` or `no` of a question about one answer. */
		verdict: text(),
		/** Its reason, as it gave it; of a reward model the scores of both. */
		reason: text(),
		/** Code of what was wrong, where there is no verdict. */
		missed: text(),
		createdAt: createdAt()
	},
	(t) => [
		primaryKey({ columns: [t.projectId, t.key] }),
		index('judge_answers_prompt').on(t.promptId),
		check('judge_answers_one', sql`num_nonnulls(${t.verdict}, ${t.missed}) = 1`),
		check('judge_answers_by', sql`num_nonnulls(${t.endpointId}, ${t.checkpointId}) = 1`),
		check('judge_answers_verdict', sql`${t.verdict} in ('a','b','tie','yes','no')`)
	]
);

/** What a model said to a question of a suite's own. Its key is the hash of the question with its settings and seed, and of the form that answered, where the checkpoint's weights were others: it is asked once, whichever version of the suite asks. */
export const ownAnswers = pgTable(
	'own_answers',
	{
		projectId: uuid()
			.notNull()
			.references(() => projects.id),
		checkpointId: uuid()
			.notNull()
			.references(() => checkpoints.id),
		key: text().notNull(),
		text: text().notNull(),
		/** How its server said that it ended; null: not said. */
		finish: text(),
		createdAt: createdAt()
	},
	(t) => [primaryKey({ columns: [t.checkpointId, t.key] }), index('own_answers_project').on(t.projectId)]
);

/**
 * What a model scored at a benchmark, question by question, or why it has no
 * score. Its key is the hash of all that was asked and of what scored it, and of
 * the form that answered, where the checkpoint's weights were others: a model is
 * asked once, whichever version of the suite asks.
 */
export const benchmarkScores = pgTable(
	'benchmark_scores',
	{
		projectId: uuid()
			.notNull()
			.references(() => projects.id),
		checkpointId: uuid()
			.notNull()
			.references(() => checkpoints.id),
		key: text().notNull(),
		/** From 0 to 1, each with the hash of its question. */
		scores: jsonb().$type<QuestionScore[]>(),
		problem: jsonb().$type<RunProblem>(),
		createdAt: createdAt()
	},
	(t) => [primaryKey({ columns: [t.checkpointId, t.key] }), index('benchmark_scores_project').on(t.projectId), check('benchmark_scores_one', sql`num_nonnulls(${t.scores}, ${t.problem}) = 1`)]
);
