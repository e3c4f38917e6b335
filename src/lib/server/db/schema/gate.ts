import { sql } from 'drizzle-orm';
import { bigint, boolean, check, index, integer, jsonb, pgTable, primaryKey, smallint, text, unique, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import type { Gate } from '../../../domain/gate.ts';
import { users } from './account.ts';
import { checkpointExports, checkpoints, decisions } from './checkpoint.ts';
import { createdAt, id, instant } from './columns.ts';
import { projects } from './project.ts';
import { prompts } from './prompt.ts';

/** What a checkpoint must show before it is promoted; versioned like the guideline. A trigger refuses update and delete. */
export const gates = pgTable(
	'gates',
	{
		id: id(),
		projectId: uuid()
			.notNull()
			.references(() => projects.id),
		version: integer().notNull(),
		gate: jsonb().$type<Gate>().notNull(),
		createdBy: uuid()
			.notNull()
			.references(() => users.id),
		createdAt: createdAt()
	},
	(t) => [unique('gates_version').on(t.projectId, t.version)]
);

/** Under which gate a decision was taken, and what it did to the champion. A trigger refuses update and delete. */
export const decisionTerms = pgTable('decision_terms', {
	decisionId: uuid()
		.primaryKey()
		.references(() => decisions.id),
	/** Null: the project had none. */
	gateId: uuid().references(() => gates.id),
	/** Promoted although the gate did not pass: two people signed. */
	overridden: boolean().notNull(),
	/** Whether the project asked that nobody decides on a run of their own. */
	fourEyes: boolean().notNull(),
	/** The form that was promoted; null: as it was trained. A trigger takes none whose weights were not measured. */
	exportId: uuid().references(() => checkpointExports.id)
});

/** Who signed a decision. A trigger refuses update and delete. */
export const decisionSignatures = pgTable(
	'decision_signatures',
	{
		decisionId: uuid()
			.notNull()
			.references(() => decisions.id),
		/** 1: who decided; 2: who signed it too. */
		place: smallint().notNull(),
		userId: uuid()
			.notNull()
			.references(() => users.id),
		/** Role in the project when they signed. */
		role: text().notNull(),
		signedAt: instant().notNull()
	},
	(t) => [primaryKey({ columns: [t.decisionId, t.place] }), unique('decision_signatures_person').on(t.decisionId, t.userId), check('decision_signatures_place', sql`${t.place} in (1, 2)`)]
);

/** A decision that one person signed and that waits for a second. Only its end is written later. */
export const decisionProposals = pgTable(
	'decision_proposals',
	{
		id: id(),
		projectId: uuid()
			.notNull()
			.references(() => projects.id),
		checkpointId: uuid()
			.notNull()
			.references(() => checkpoints.id),
		gateId: uuid()
			.notNull()
			.references(() => gates.id),
		/** Salted hash of the erasable reason beside it. */
		reasonHash: text().notNull(),
		/** The figures that stood on the page when the first person signed: the second signs the same. */
		figures: jsonb().$type<Record<string, unknown>>().notNull(),
		byUserId: uuid()
			.notNull()
			.references(() => users.id),
		/** Role in the project when they signed. */
		byRole: text().notNull(),
		createdAt: createdAt(),
		outcome: text(),
		/** Salted hash of why somebody declined it, which lies beside the reason. */
		outcomeHash: text(),
		settledBy: uuid().references(() => users.id),
		settledAt: instant(),
		decisionId: uuid().references(() => decisions.id)
	},
	(t) => [
		uniqueIndex('decision_proposals_open')
			.on(t.checkpointId)
			.where(sql`outcome is null`),
		index('decision_proposals_project').on(t.projectId),
		check('decision_proposals_outcome', sql`${t.outcome} in ('signed','declined','withdrawn','overtaken')`),
		check('decision_proposals_settled', sql`(${t.outcome} is null) = (${t.settledAt} is null)`),
		check('decision_proposals_signed', sql`(${t.outcome} is not distinct from 'signed') = (${t.decisionId} is not null)`)
	]
);

/** Why somebody proposed it, and why somebody declined it; may be erased, the record keeps their salted hashes. */
export const decisionProposalTexts = pgTable('decision_proposal_texts', {
	proposalId: uuid()
		.primaryKey()
		.references(() => decisionProposals.id),
	salt: text().notNull(),
	reason: text().notNull(),
	outcomeSalt: text(),
	outcomeReason: text()
});

/** A frozen report of a decision in the artifact store. A trigger refuses update and delete. */
export const decisionReports = pgTable(
	'decision_reports',
	{
		decisionId: uuid()
			.notNull()
			.references(() => decisions.id),
		/** `document`: what the others are made of; `html` and `pdf` as they are handed on. */
		format: text().notNull(),
		locale: text().notNull(),
		sha256: text().notNull(),
		bytes: bigint({ mode: 'number' }).notNull(),
		createdAt: createdAt()
	},
	(t) => [
		primaryKey({ columns: [t.decisionId, t.format, t.locale] }),
		index('decision_reports_sha256').on(t.sha256),
		check('decision_reports_format', sql`${t.format} in ('document','html','pdf')`),
		check('decision_reports_locale', sql`${t.locale} in ('en','zh')`)
	]
);

/** Prompts whose words a report holds: who may not see one of them may not have the report. A trigger refuses update and delete. */
export const decisionReportPrompts = pgTable(
	'decision_report_prompts',
	{
		decisionId: uuid()
			.notNull()
			.references(() => decisions.id),
		promptId: uuid()
			.notNull()
			.references(() => prompts.id)
	},
	(t) => [primaryKey({ columns: [t.decisionId, t.promptId] })]
);
