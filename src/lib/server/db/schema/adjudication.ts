import { sql } from 'drizzle-orm';
import { check, index, pgTable, primaryKey, text, unique, uuid } from 'drizzle-orm/pg-core';
import { users } from './account.ts';
import { createdAt, id } from './columns.ts';
import { comparisons, tasks } from './comparison.ts';
import { judgments } from './judgment.ts';
import { projects } from './project.ts';

/** What a reviewer made of a disputed comparison: decided (with a judgment) or sent back. Append-only; the lease is the task's. */
export const adjudications = pgTable(
	'adjudications',
	{
		id: id(),
		projectId: uuid()
			.notNull()
			.references(() => projects.id),
		comparisonId: uuid()
			.notNull()
			.references(() => comparisons.id),
		taskId: uuid()
			.notNull()
			.references(() => tasks.id),
		outcome: text().notNull(),
		/** The decision, where there is one. */
		judgmentId: uuid().references(() => judgments.id),
		byUserId: uuid()
			.notNull()
			.references(() => users.id),
		createdAt: createdAt()
	},
	(t) => [
		unique('adjudications_task').on(t.taskId),
		unique('adjudications_judgment').on(t.judgmentId),
		index('adjudications_comparison').on(t.comparisonId),
		index('adjudications_project').on(t.projectId, t.id),
		check('adjudications_outcome', sql`(${t.outcome} = 'decided') = (${t.judgmentId} is not null) and ${t.outcome} in ('decided','sent_back')`)
	]
);

/** The judgments that lay before the reviewer, and whether the decision overturned them. */
export const adjudicatedJudgments = pgTable(
	'adjudicated_judgments',
	{
		adjudicationId: uuid()
			.notNull()
			.references(() => adjudications.id),
		judgmentId: uuid()
			.notNull()
			.references(() => judgments.id)
	},
	(t) => [primaryKey({ columns: [t.adjudicationId, t.judgmentId] }), index('adjudicated_judgments_judgment').on(t.judgmentId)]
);
