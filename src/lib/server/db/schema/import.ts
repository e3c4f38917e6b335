import { sql } from 'drizzle-orm';
import { bigint, check, index, integer, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import type { FindingCounts } from '../../../domain/desensitisation/counts.ts';
import type { StagedPair, StagedResponse } from '../../../domain/import-row.ts';
import type { Understood } from '../../../domain/import-shapes/shape.ts';
import type { Message } from '../../../domain/message.ts';
import { users } from './account.ts';
import { createdAt, id, instant } from './columns.ts';
import { projects } from './project.ts';
import { rounds } from './round.ts';

/** Origins of judgments that an import can bring. */
export type Brings = 'import' | 'feedback' | 'playground';

/** Of how many rows the question, which is here already or stands earlier in the file, has other tags, skills, another language or group than they say: they are not taken. */
export type Ignored = Partial<Record<'tags' | 'group' | 'requires' | 'language', number>>;

/** What a file was found to be: packed how, in which format, encoding and delimiter; whether its rows hold images or documents; how its rows were understood; what of them is ignored. */
export type Found = { packed: string | null; format: string; encoding: string | null; delimiter: string | null; attachments: boolean; ignored?: Ignored } & Partial<Understood>;

/** What was found in an import's rows, and the version of the settings that said what to look for. */
export type Desensitised = { version: number; counts: FindingCounts };

/** An import whose rows wait until a worker looked for names: what comes after that, the last line that was looked through, and what stopped it last. */
export type Masking = { dryRun: boolean; skipBad: boolean; done: number; trouble: string | null };

/** Where a file was read that nobody uploaded: the source, which of its files by the hash of its path, the version that was there, and the hash of the bytes that were read; null while they are not. */
export type Origin = { sourceId: string; source: string; file: string; version: string | null; modifiedAt: string | null; sha256: string | null };

/** One file brought in. staging → (masking →) (scanned →) published (→ undone); or refused, failed or discarded with reasons. Only a dry run stops at scanned: its rows are kept for who takes them. What it made bears the moment at which it ended (`finished_at`): all of it is made in that transaction. */
export const imports = pgTable(
	'imports',
	{
		id: id(),
		projectId: uuid()
			.notNull()
			.references(() => projects.id),
		roundId: uuid()
			.notNull()
			.references(() => rounds.id),
		createdBy: uuid()
			.notNull()
			.references(() => users.id),
		format: text().notNull(),
		fileName: text(),
		status: text().notNull().default('staging'),
		bytes: bigint({ mode: 'number' }).notNull().default(0),
		/** Size of the whole file, where its sender said it. */
		totalBytes: bigint({ mode: 'number' }),
		rows: integer().notNull().default(0),
		accepted: integer().notNull().default(0),
		duplicates: integer().notNull().default(0),
		rejected: integer().notNull().default(0),
		message: text(),
		/** What was found in its rows, under which version of the project's desensitisation. Null: nothing was looked for. */
		desensitised: jsonb().$type<Desensitised>(),
		/** While names are looked for: what comes after, how many rows were looked through, who is at it since when. */
		masking: jsonb().$type<Masking>(),
		maskingTakenAt: instant(),
		/** What the file was found to be. */
		found: jsonb().$type<Found>(),
		/** Origin of the judgments that it brings: those of people elsewhere, what people said of answers in use, or what its own author preferred in the playground. */
		brings: text().$type<Brings>().notNull().default('import'),
		/** Where it was read; null: somebody uploaded it. */
		origin: jsonb().$type<Origin>(),
		heartbeatAt: createdAt(),
		createdAt: createdAt(),
		finishedAt: instant(),
		undoneAt: instant()
	},
	(t) => [
		index('imports_project').on(t.projectId, t.id),
		index('imports_origin').on(t.projectId, sql`(origin->>'file')`).where(sql`origin is not null`),
		check('imports_brings', sql`${t.brings} in ('import','feedback','playground')`),
		check('imports_status', sql`${t.status} in ('staging','masking','scanned','published','refused','failed','discarded','undone')`)
	]
);

/** Rows read but not yet published; emptied when the import ends. */
export const importRows = pgTable(
	'import_rows',
	{
		importId: uuid()
			.notNull()
			.references(() => imports.id),
		line: integer().notNull(),
		promptHash: text().notNull(),
		groupKey: text().notNull(),
		split: text().notNull(),
		systemPromptId: uuid(),
		messages: jsonb().$type<Message[]>().notNull(),
		tags: text().array(),
		matter: text(),
		requires: text().array().notNull().default(sql`'{}'`),
		language: text(),
		responses: jsonb().$type<StagedResponse[]>().notNull(),
		pairs: jsonb().$type<StagedPair[]>().notNull(),
		/** The whole row as it was looked through last, encrypted, for who looks through it again. Until names were looked for in it the rest is empty. */
		sealed: text()
	},
	(t) => [primaryKey({ columns: [t.importId, t.line] })]
);

/** What was wrong, by line. */
export const importErrors = pgTable(
	'import_errors',
	{
		importId: uuid()
			.notNull()
			.references(() => imports.id),
		line: integer().notNull(),
		field: text(),
		message: text().notNull()
	},
	(t) => [primaryKey({ columns: [t.importId, t.line] })]
);
