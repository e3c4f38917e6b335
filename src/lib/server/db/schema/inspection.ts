import { sql } from 'drizzle-orm';
import { check, index, integer, jsonb, pgTable, text, unique, uuid } from 'drizzle-orm/pg-core';
import type { TokenLengths } from '../../../domain/memory/token-lengths.ts';
import type { RunProblem } from '../../../domain/run-problem.ts';
import { checkpoints } from './checkpoint.ts';
import { createdAt, id, instant } from './columns.ts';
import { projects } from './project.ts';
import { snapshots } from './snapshot.ts';

/** What a worker found out of a base model and a snapshot's rows under its tokenizer. Both are immutable, so once is enough. */
export const inspections = pgTable(
	'inspections',
	{
		id: id(),
		projectId: uuid()
			.notNull()
			.references(() => projects.id),
		snapshotId: uuid()
			.notNull()
			.references(() => snapshots.id),
		baseCheckpointId: uuid()
			.notNull()
			.references(() => checkpoints.id),
		status: text().notNull().default('queued'),
		attempt: integer().notNull().default(0),
		heartbeatAt: instant(),
		/** The model's `config.json`. */
		config: jsonb().$type<Record<string, unknown>>(),
		/** SHA-256 of the tokenizer's file and of the chat template that the lengths hold for. */
		tokenizerSha256: text(),
		chatTemplateSha256: text(),
		lengths: jsonb().$type<TokenLengths>(),
		/** Rows with images, whose length only the model's own processor knows. */
		withImages: integer().notNull().default(0),
		problem: jsonb().$type<RunProblem>(),
		createdAt: createdAt(),
		finishedAt: instant()
	},
	(t) => [
		unique('inspections_once').on(t.snapshotId, t.baseCheckpointId),
		index('inspections_unfinished')
			.on(t.id)
			.where(sql`status in ('queued','running')`),
		check('inspections_status', sql`${t.status} in ('queued','running','succeeded','failed')`)
	]
);
