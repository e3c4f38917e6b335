import { sql } from 'drizzle-orm';
import { bigint, check, index, integer, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import type { AnyPgColumn } from 'drizzle-orm/pg-core';
import type { ModelFacts } from '../../../domain/hub-model.ts';
import { users } from './account.ts';
import { createdAt, id } from './columns.ts';
import { projects } from './project.ts';
import { rounds } from './round.ts';

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

