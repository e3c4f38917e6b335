import { sql } from 'drizzle-orm';
import { bigint, boolean, check, index, pgTable, text, unique, uuid } from 'drizzle-orm/pg-core';
import { users } from './account.ts';
import { createdAt, id, instant } from './columns.ts';
import { comparisons } from './comparison.ts';
import { projects } from './project.ts';

/** A comparison whose right verdict is known, mixed in unseen. Its judgments stand apart and never count. */
export const goldItems = pgTable(
	'gold_items',
	{
		id: id(),
		projectId: uuid()
			.notNull()
			.references(() => projects.id),
		comparisonId: uuid()
			.notNull()
			.references(() => comparisons.id),
		/** Canonical, like every verdict. */
		verdict: text().notNull(),
		/** Whether a tie is right as well. */
		tieIsRight: boolean().notNull().default(false),
		/** What who judged it otherwise is told, where feedback is on. */
		explanation: text(),
		/** Shown before real work, in this order among its like. */
		isWarmUp: boolean().notNull().default(false),
		orderKey: bigint({ mode: 'number' }).notNull(),
		createdBy: uuid()
			.notNull()
			.references(() => users.id),
		createdAt: createdAt(),
		retiredAt: instant()
	},
	(t) => [
		unique('gold_items_comparison').on(t.comparisonId),
		index('gold_items_project')
			.on(t.projectId, t.orderKey)
			.where(sql`retired_at is null`),
		check('gold_items_verdict', sql`${t.verdict} in ('a','b','tie','both_bad','good','bad')`)
	]
);
