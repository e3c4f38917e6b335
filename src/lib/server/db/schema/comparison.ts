import { sql } from 'drizzle-orm';
import {
	bigint,
	boolean,
	check,
	doublePrecision,
	index,
	integer,
	pgTable,
	primaryKey,
	text,
	unique,
	uuid
} from 'drizzle-orm/pg-core';
import { users } from './account.ts';
import { createdAt, id, instant } from './columns.ts';
import { guidelines, judgingForms, projects } from './project.ts';
import { prompts, responses } from './prompt.ts';
import { rounds } from './round.ts';

/** Two responses to one prompt that shall be judged (one in single mode). */
export const comparisons = pgTable(
	'comparisons',
	{
		id: id(),
		projectId: uuid()
			.notNull()
			.references(() => projects.id),
		roundId: uuid()
			.notNull()
			.references(() => rounds.id),
		promptId: uuid()
			.notNull()
			.references(() => prompts.id),
		mode: text().notNull(),
		responseAId: uuid()
			.notNull()
			.references(() => responses.id),
		responseBId: uuid().references(() => responses.id),
		/** SHA-256 over prompt and responses in canonical order; names the pair without ids. */
		contentHash: text().notNull(),
		overlap: integer().notNull(),
		status: text().notNull().default('open'),
		/** Slots that hold a counting judgment; moved with the pointer, in the same transaction. */
		filled: integer().notNull().default(0),
		/** Whether the judgments that count disagree beyond the project's rule, and nobody has adjudicated: kept with the pointers. */
		disputed: boolean().notNull().default(false),
		/** Stored random place in the queue. */
		orderKey: bigint({ mode: 'number' }).notNull(),
		policy: text().notNull(),
		propensity: doublePrecision().notNull(),
		createdAt: createdAt()
	},
	(t) => [
		unique('comparisons_pair').on(t.roundId, t.promptId, t.responseAId, t.responseBId).nullsNotDistinct(),
		unique('comparisons_overlap').on(t.id, t.overlap),
		unique('comparisons_mode').on(t.id, t.mode),
		index('comparisons_round').on(t.roundId, t.id),
		index('comparisons_prompt').on(t.promptId),
		index('comparisons_project_mode').on(t.projectId, t.mode),
		index('comparisons_hash').on(t.projectId, t.contentHash),
		index('comparisons_over')
			.on(t.roundId, t.status)
			.where(sql`status in ('exhausted', 'closed')`),
		index('comparisons_disputed')
			.on(t.roundId, t.orderKey)
			.where(sql`disputed`),
		check('comparisons_mode_sides', sql`(${t.mode} = 'pair' and ${t.responseBId} is not null) or (${t.mode} = 'single' and ${t.responseBId} is null)`),
		check('comparisons_filled', sql`${t.filled} between 0 and ${t.overlap}`),
		check('comparisons_propensity', sql`${t.propensity} > 0 and ${t.propensity} <= 1`),
		check('comparisons_status', sql`${t.status} in ('open','complete','exhausted','closed','identical','gold')`)
	]
);

/** Work leased to an annotator. The lease lives here and nowhere else. */
export const tasks = pgTable(
	'tasks',
	{
		id: id(),
		projectId: uuid()
			.notNull()
			.references(() => projects.id),
		roundId: uuid()
			.notNull()
			.references(() => rounds.id),
		comparisonId: uuid()
			.notNull()
			.references(() => comparisons.id),
		purpose: text().notNull(),
		slotId: uuid(),
		annotatorId: uuid()
			.notNull()
			.references(() => users.id),
		/** live: leased, perhaps lapsed · lost: the slot went to another task · done: judged · skipped · closed: the same person judged it through another task */
		state: text().notNull().default('live'),
		leaseTokenHash: text().notNull(),
		fencing: integer().notNull(),
		expiresAt: instant().notNull(),
		sideOrder: text().notNull(),
		/** What was in force when it was leased: the judgment is made, checked and recorded under these. */
		guidelineId: uuid().references(() => guidelines.id),
		formId: uuid().references(() => judgingForms.id),
		/** The claim's idempotency key, so that a repeated claim gives the same task. */
		claimKey: text(),
		createdAt: createdAt()
	},
	(t) => [
		unique('tasks_annotator').on(t.id, t.annotatorId),
		unique('tasks_claim_key').on(t.annotatorId, t.claimKey),
		index('tasks_live').on(t.annotatorId, t.expiresAt).where(sql`state = 'live'`),
		index('tasks_person').on(t.annotatorId, t.roundId, t.id),
		index('tasks_comparison').on(t.comparisonId, t.annotatorId),
		check('tasks_purpose', sql`${t.purpose} in ('counting','gold','repeat','adjudication')`),
		check('tasks_slot', sql`(${t.purpose} = 'counting') = (${t.slotId} is not null)`),
		check('tasks_state', sql`${t.state} in ('live','lost','done','skipped','closed')`),
		check('tasks_sides', sql`${t.sideOrder} in ('ab','ba')`)
	]
);

/** Somebody passed a pair on, with a reason. The person is not asked again. */
export const skips = pgTable(
	'skips',
	{
		comparisonId: uuid()
			.notNull()
			.references(() => comparisons.id),
		userId: uuid()
			.notNull()
			.references(() => users.id),
		taskId: uuid().references(() => tasks.id),
		reason: text().notNull(),
		createdAt: createdAt()
	},
	(t) => [primaryKey({ columns: [t.comparisonId, t.userId] })]
);
