import { sql } from 'drizzle-orm';
import { bigint, boolean, check, foreignKey, index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import type { CleanUpProblem, RetentionRule } from '../../../domain/retention.ts';
import { users } from './account.ts';
import { createdAt, id, instant } from './columns.ts';
import { runAttempts } from './run.ts';

/** One clean-up of attempts' folders and of the artifact store, by one rule. */
export const cleanUps = pgTable(
	'clean_ups',
	{
		id: id(),
		rule: jsonb().$type<RetentionRule>().notNull(),
		status: text().notNull().default('queued'),
		/** When a worker last worked on it; one that died leaves it to the next. */
		takenAt: instant(),
		byUserId: uuid()
			.notNull()
			.references(() => users.id),
		createdAt: createdAt(),
		finishedAt: instant(),
		/** What ended one that failed. */
		problem: text().$type<CleanUpProblem>()
	},
	(t) => [
		// One at a time.
		uniqueIndex('clean_ups_open').on(sql`(true)`).where(sql`status in ('queued','running')`),
		check('clean_ups_status', sql`${t.status} in ('queued','running','done','failed')`),
		check('clean_ups_problem', sql`(${t.status} = 'failed') = (${t.problem} is not null)`)
	]
);

/** Files that a clean-up takes out of the artifact store: written before the file is touched. */
export const cleanUpFiles = pgTable(
	'clean_up_files',
	{
		cleanUpId: uuid()
			.notNull()
			.references(() => cleanUps.id),
		sha256: text().notNull(),
		bytes: bigint({ mode: 'number' }).notNull(),
		/** False: it is about to be taken; a worker that comes after looks. */
		gone: boolean().notNull().default(false)
	},
	(t) => [primaryKey({ columns: [t.cleanUpId, t.sha256] })]
);

/** Folders of attempts on their workers' hosts, as those measured them. `cleanUpId`: it is to go; `goneAt`: it has. */
export const attemptFolders = pgTable(
	'attempt_folders',
	{
		runId: uuid().notNull(),
		attempt: integer().notNull(),
		/** Only a worker of that host and data folder reaches it. */
		hostKey: text().notNull(),
		bytes: bigint({ mode: 'number' }).notNull(),
		measuredAt: createdAt(),
		cleanUpId: uuid().references(() => cleanUps.id),
		goneAt: instant()
	},
	(t) => [
		primaryKey({ columns: [t.runId, t.attempt] }),
		foreignKey({ columns: [t.runId, t.attempt], foreignColumns: [runAttempts.runId, runAttempts.number] }),
		index('attempt_folders_to_go').on(t.hostKey).where(sql`clean_up_id is not null and gone_at is null`)
	]
);
