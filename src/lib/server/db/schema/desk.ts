import { index, integer, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import type { DraftBody } from '../../../domain/draft.ts';
import { users } from './account.ts';
import { createdAt, instant } from './columns.ts';
import { comparisons, tasks } from './comparison.ts';
import { projects } from './project.ts';

/** What a person has typed and chosen on a pair and not yet judged. Erased when it is judged. */
export const drafts = pgTable(
	'drafts',
	{
		taskId: uuid()
			.primaryKey()
			.references(() => tasks.id),
		userId: uuid()
			.notNull()
			.references(() => users.id),
		body: jsonb().$type<DraftBody>().notNull(),
		/** Grows with each save: an older save never replaces a newer one. */
		revision: integer().notNull(),
		updatedAt: instant().notNull().defaultNow()
	},
	(t) => [index('drafts_user').on(t.userId)]
);

/** A pair that somebody wants to come back to. */
export const bookmarks = pgTable(
	'bookmarks',
	{
		userId: uuid()
			.notNull()
			.references(() => users.id),
		comparisonId: uuid()
			.notNull()
			.references(() => comparisons.id),
		note: text(),
		createdAt: createdAt()
	},
	(t) => [primaryKey({ columns: [t.userId, t.comparisonId] })]
);

/** Newest guideline version that a person has been shown the changes of. */
export const guidelineReaders = pgTable(
	'guideline_readers',
	{
		projectId: uuid()
			.notNull()
			.references(() => projects.id),
		userId: uuid()
			.notNull()
			.references(() => users.id),
		version: integer().notNull(),
		readAt: instant().notNull().defaultNow()
	},
	(t) => [primaryKey({ columns: [t.projectId, t.userId] })]
);
