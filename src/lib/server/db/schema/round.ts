import { sql } from 'drizzle-orm';
import { bigint, check, index, integer, jsonb, pgTable, primaryKey, text, unique, uuid } from 'drizzle-orm/pg-core';
import { users } from './account.ts';
import { createdAt, id, instant } from './columns.ts';
import { projects } from './project.ts';

/** One turn of the circle. */
export const rounds = pgTable(
	'rounds',
	{
		id: id(),
		projectId: uuid()
			.notNull()
			.references(() => projects.id),
		number: integer().notNull(),
		status: text().notNull().default('collecting'),
		/** Checkpoint whose answers are judged in this round (null in round 1). */
		candidateCheckpointId: uuid(),
		/** Checkpoint it is compared with. */
		parentCheckpointId: uuid(),
		settings: jsonb().$type<Record<string, unknown>>().notNull().default({}),
		/** Kept counts: comparisons with slots, and those alike to the letter (never judged). */
		comparisons: integer().notNull().default(0),
		identical: integer().notNull().default(0),
		openedAt: createdAt(),
		closedAt: instant()
	},
	(t) => [
		unique('rounds_number').on(t.projectId, t.number),
		check('rounds_status', sql`${t.status} in ('collecting','training','evaluating','decided')`)
	]
);

/**
 * One annotator's place and tallies in one round. A row per person, so that
 * keeping a count never makes two annotators wait for each other.
 */
export const annotatorProgress = pgTable(
	'annotator_progress',
	{
		roundId: uuid()
			.notNull()
			.references(() => rounds.id),
		userId: uuid()
			.notNull()
			.references(() => users.id),
		/** Queue position of the last claim (semantics 8). */
		cursor: bigint({ mode: 'number' }).notNull().default(-1),
		/** Tasks leased to this person in the round: the number that draws whether the next is gold or a repeat. */
		claimed: integer().notNull().default(0),
		judged: integer().notNull().default(0),
		/** What this person's actions changed in the round's totals (a void takes away): only sums over all people mean something. */
		counted: integer().notNull().default(0),
		completed: integer().notNull().default(0),
		cannotJudge: integer().notNull().default(0),
		skipped: integer().notNull().default(0),
		leftChosen: integer().notNull().default(0),
		decisive: integer().notNull().default(0),
		durationMs: bigint({ mode: 'number' }).notNull().default(0)
	},
	(t) => [primaryKey({ columns: [t.roundId, t.userId] }), index('annotator_progress_user').on(t.userId)]
);
