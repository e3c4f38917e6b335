import { sql } from 'drizzle-orm';
import { bigint, check, index, integer, pgTable, real, text, unique, uuid } from 'drizzle-orm/pg-core';
import { users } from './account.ts';
import { createdAt, id, instant } from './columns.ts';
import { projects } from './project.ts';
import { prompts } from './prompt.ts';

/** What is kept of a prompt's words to find those that are nearly alike: a hash of each band of its MinHash. */
export const promptSignatures = pgTable(
	'prompt_signatures',
	{
		promptId: uuid()
			.primaryKey()
			.references(() => prompts.id),
		projectId: uuid()
			.notNull()
			.references(() => projects.id),
		/** How it was made: one made otherwise is made anew. */
		algorithm: text().notNull(),
		/** Hashes that also say of which project, attachments and band: what two prompts share makes them candidates. Empty: it has no words. */
		bands: bigint({ mode: 'number' }).array().notNull()
	},
	(t) => [index('prompt_signatures_bands').using('gin', t.bands)]
);

/** Two prompts of different groups that are nearly alike, and what a person said of them. */
export const nearDuplicates = pgTable(
	'near_duplicates',
	{
		id: id(),
		projectId: uuid()
			.notNull()
			.references(() => projects.id),
		/** The older of the two. */
		promptId: uuid()
			.notNull()
			.references(() => prompts.id),
		likeId: uuid()
			.notNull()
			.references(() => prompts.id),
		/** What the signatures say, and what their shingles say exactly. */
		estimate: real().notNull(),
		jaccard: real().notNull(),
		algorithm: text().notNull(),
		/** From which likeness on a pair was kept. */
		threshold: real().notNull(),
		/** Null: nobody said yet. It stays said when the project is looked through again. */
		decision: text(),
		decidedBy: uuid().references(() => users.id),
		decidedAt: instant(),
		foundAt: createdAt()
	},
	(t) => [
		unique('near_duplicates_pair').on(t.promptId, t.likeId),
		index('near_duplicates_like').on(t.likeId),
		index('near_duplicates_open').on(t.projectId, t.promptId).where(sql`decision is null`),
		index('near_duplicates_decided').on(t.projectId, t.promptId).where(sql`decision is not null`),
		check('near_duplicates_order', sql`${t.promptId} < ${t.likeId}`),
		check('near_duplicates_decision', sql`${t.decision} in ('same','different')`),
		check('near_duplicates_decided', sql`(${t.decision} is null) = (${t.decidedBy} is null) and (${t.decision} is null) = (${t.decidedAt} is null)`)
	]
);

/** Where a project stands with it: whether a worker has still to look, which attempt is at it, what stopped it last. */
export const nearDuplicateScans = pgTable(
	'near_duplicate_scans',
	{
		projectId: uuid()
			.primaryKey()
			.references(() => projects.id),
		state: text().notNull().default('waiting'),
		/** The number of the last attempt: only that one may write. */
		attempt: integer().notNull().default(0),
		/** Prompts looked at since it last was done. */
		looked: integer().notNull().default(0),
		trouble: text(),
		wantedAt: createdAt(),
		takenAt: instant(),
		finishedAt: instant()
	},
	(t) => [index('near_duplicate_scans_waiting').on(t.takenAt).where(sql`state = 'waiting'`), check('near_duplicate_scans_state', sql`${t.state} in ('waiting','done')`)]
);
