import { sql } from 'drizzle-orm';
import { bigint, check, index, integer, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import type { Automation } from '../../../domain/automation.ts';
import { users } from './account.ts';
import { createdAt, id, instant } from './columns.ts';
import { projects } from './project.ts';
import { rounds } from './round.ts';
import { runs } from './run.ts';
import { snapshots } from './snapshot.ts';
import { sweeps } from './sweep.ts';

/** What a project lets happen by itself, in whose name. */
export const automations = pgTable('automations', {
	projectId: uuid()
		.primaryKey()
		.references(() => projects.id),
	settings: jsonb().$type<Automation>().notNull(),
	/** Whoever set it last: what it does is done with their rights, as they are then. */
	byUserId: uuid()
		.notNull()
		.references(() => users.id),
	setAt: instant().notNull().defaultNow(),
	/** How often it was set: what a step is about is told by it, as two instants may be the same. */
	version: integer().notNull().default(1),
	/** Until when one worker is at it. */
	heldUntil: instant()
});

/** What an automation did, and why. Append-only by its use. */
export const automationSteps = pgTable(
	'automation_steps',
	{
		id: id(),
		projectId: uuid()
			.notNull()
			.references(() => projects.id),
		roundId: uuid()
			.notNull()
			.references(() => rounds.id),
		kind: text().notNull(),
		/** What the record said: comparisons judged whole, agreement; of a refusal its words, and whether nothing can follow the sweep before it. */
		because: jsonb().$type<{ complete: number; agreement: number | null; problem?: { code: string; detail: string }; sweepEnds?: true }>().notNull(),
		/** Of the settings that it is about. */
		settingsVersion: integer().notNull(),
		/** Who said yes or no; null: nobody had to. */
		byUserId: uuid().references(() => users.id),
		snapshotId: uuid().references(() => snapshots.id),
		runId: uuid().references(() => runs.id),
		sweepId: uuid().references(() => sweeps.id),
		/** Of what somebody said no with: the words lie apart, erasable. */
		reasonHash: text(),
		/** In which order steps were written: web and workers write them, whose ids and clocks may differ. */
		number: bigint({ mode: 'number' }).generatedAlwaysAsIdentity(),
		createdAt: createdAt()
	},
	(t) => [
		index('automation_steps_project').on(t.projectId, t.number),
		check('automation_steps_kind', sql`${t.kind} in ('asked','approved','declined','swept','begun','refused')`),
		check('automation_steps_swept', sql`(${t.kind} = 'swept') = (${t.sweepId} is not null)`),
		check('automation_steps_begun', sql`(${t.kind} = 'begun') = (${t.runId} is not null)`),
		check('automation_steps_declined', sql`(${t.kind} = 'declined') = (${t.reasonHash} is not null)`)
	]
);

/** Why somebody said no: erasable, while its salted hash stays with the step. */
export const automationStepTexts = pgTable('automation_step_texts', {
	stepId: uuid()
		.primaryKey()
		.references(() => automationSteps.id),
	salt: text().notNull(),
	reason: text().notNull()
});
