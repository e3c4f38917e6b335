import { sql } from 'drizzle-orm';
import { bigint, check, foreignKey, index, integer, pgTable, unique, uuid } from 'drizzle-orm/pg-core';
import { audiences } from './audience.ts';
import { comparisons, tasks } from './comparison.ts';
import { id } from './columns.ts';
import { judgments } from './judgment.ts';
import { rounds } from './round.ts';

/** One of the N places of a comparison. `judgment_id` is the one pointer that says what counts. */
export const slots = pgTable(
	'slots',
	{
		id: id(),
		comparisonId: uuid().notNull(),
		roundId: uuid()
			.notNull()
			.references(() => rounds.id),
		/** Whom the prompt may be given to; kept here for the queue. */
		audienceId: uuid()
			.notNull()
			.references(() => audiences.id),
		overlap: integer().notNull(),
		position: integer().notNull(),
		orderKey: bigint({ mode: 'number' }).notNull(),
		/** Task that holds the place, lapsed or not, until it is judged, given back or taken over. */
		taskId: uuid(),
		/** Who holds or filled the place: at most once per person and comparison. */
		annotatorId: uuid(),
		fencing: integer().notNull().default(0),
		judgmentId: uuid().unique('slots_judgment')
	},
	(t) => [
		unique('slots_position').on(t.comparisonId, t.position),
		unique('slots_person').on(t.comparisonId, t.annotatorId),
		index('slots_queue')
			.on(t.roundId, t.orderKey, t.position)
			.where(sql`judgment_id is null`),
		index('slots_audience')
			.on(t.roundId, t.audienceId, t.orderKey)
			.where(sql`judgment_id is null`),
		foreignKey({ name: 'slots_comparison', columns: [t.comparisonId, t.overlap], foreignColumns: [comparisons.id, comparisons.overlap] }),
		foreignKey({ name: 'slots_task', columns: [t.taskId, t.annotatorId], foreignColumns: [tasks.id, tasks.annotatorId] }),
		foreignKey({ name: 'slots_counts', columns: [t.judgmentId, t.comparisonId], foreignColumns: [judgments.id, judgments.comparisonId] }),
		check('slots_position_range', sql`${t.position} >= 0 and ${t.position} < ${t.overlap}`),
		check('slots_holder', sql`(${t.taskId} is null and ${t.judgmentId} is null) = (${t.annotatorId} is null)`)
	]
);
