import { sql } from 'drizzle-orm';
import { check, doublePrecision, foreignKey, index, integer, jsonb, pgTable, text, unique, uuid } from 'drizzle-orm/pg-core';
import { users } from './account.ts';
import { createdAt, id } from './columns.ts';
import { comparisons, tasks } from './comparison.ts';
import { guidelines, judgingForms, projects } from './project.ts';

/**
 * Append-only: a trigger refuses update and delete. Whether a judgment counts
 * is derived from `slots.judgment_id`, never stored here (semantics 4).
 */
export const judgments = pgTable(
	'judgments',
	{
		id: id(),
		projectId: uuid()
			.notNull()
			.references(() => projects.id),
		comparisonId: uuid()
			.notNull()
			.references(() => comparisons.id),
		mode: text().notNull(),
		taskId: uuid().references(() => tasks.id),
		origin: text().notNull(),
		purpose: text(),
		judgeKind: text().notNull(),
		judgeUserId: uuid().references(() => users.id),
		/** Import, model or end user that judged, when it was no person with an account. */
		judgeRef: text(),
		verdict: text().notNull(),
		strength: text(),
		/** By how much the preferred answer is better, as a file states it of a preference: on its own scale, above 0. */
		margin: doublePrecision(),
		/** Verdicts by criterion's key, canonical like the verdict. */
		criteria: jsonb().$type<Record<string, string>>(),
		/** Keys of the form's reasons. */
		reasons: jsonb().$type<string[]>(),
		spans: jsonb(),
		supersedesId: uuid().unique('judgments_supersedes'),
		guidelineId: uuid().references(() => guidelines.id),
		formId: uuid().references(() => judgingForms.id),
		durationMs: integer(),
		/** Language of the page it was made on, and the version of the program that sent it. */
		language: text(),
		clientVersion: text(),
		/** Client's Idempotency-Key and the hash of the body sent under it. */
		idempotencyKey: text(),
		bodyHash: text(),
		/** Salted hash of the erasable text beside it. */
		textHash: text(),
		createdAt: createdAt()
	},
	(t) => [
		unique('judgments_comparison_key').on(t.id, t.comparisonId),
		unique('judgments_idempotency').on(t.judgeUserId, t.idempotencyKey),
		index('judgments_person').on(t.comparisonId, t.judgeUserId),
		index('judgments_project').on(t.projectId, t.id),
		index('judgments_task').on(t.taskId),
		index('judgments_judge').on(t.judgeUserId, t.projectId, t.id),
		index('judgments_worked').on(t.projectId, t.id).where(sql`origin = 'workspace'`),
		index('judgments_brought').on(t.judgeRef).where(sql`origin in ('import','feedback','playground')`),
		foreignKey({ name: 'judgments_mode', columns: [t.comparisonId, t.mode], foreignColumns: [comparisons.id, comparisons.mode] }),
		check('judgments_verdict', sql`(${t.mode} = 'pair' and ${t.verdict} in ('a','b','tie','both_bad','cannot_judge')) or (${t.mode} = 'single' and ${t.verdict} in ('good','bad','cannot_judge'))`),
		check('judgments_origin', sql`${t.origin} in ('workspace','import','playground','feedback','model')`),
		check('judgments_purpose', sql`${t.purpose} in ('counting','gold','repeat','adjudication')`),
		check('judgments_workspace', sql`${t.origin} <> 'workspace' or (${t.judgeUserId} is not null and ${t.purpose} is not null and ${t.taskId} is not null)`),
		check('judgments_judge', sql`${t.judgeKind} in ('person','import','model','end_user') and ((${t.judgeKind} = 'person') = (${t.judgeUserId} is not null))`),
		check('judgments_strength', sql`${t.strength} in ('slightly','clearly')`),
		check('judgments_margin', sql`${t.margin} is null or (${t.margin} > 0 and ${t.origin} = 'import' and ${t.verdict} in ('a','b'))`)
	]
);

/** Free text of a judgment; may be erased, the record keeps its salted hash. */
export const judgmentTexts = pgTable(
	'judgment_texts',
	{
		judgmentId: uuid()
			.primaryKey()
			.references(() => judgments.id),
		salt: text().notNull(),
		rationale: text(),
		rewrite: jsonb(),
		/** Notes on the judgment's marks, by their place among its spans. */
		spanNotes: jsonb().$type<Record<string, string>>()
	},
	(t) => [index('judgment_texts_rewritten').on(t.judgmentId).where(sql`rewrite is not null`)]
);

/** A judgment declared void: append-only, with reason and by whom (semantics 7). */
export const judgmentVoids = pgTable(
	'judgment_voids',
	{
		judgmentId: uuid()
			.primaryKey()
			.references(() => judgments.id),
		reason: text().notNull(),
		/** Salted hash of the erasable note beside it. */
		noteHash: text(),
		byUserId: uuid()
			.notNull()
			.references(() => users.id),
		createdAt: createdAt()
	},
	(t) => [check('judgment_voids_reason', sql`${t.reason} in ('spam','conflict_of_interest','erasure','mistake','other')`)]
);

/** What was said when a judgment was declared void; may be erased, the record keeps its salted hash. */
export const judgmentVoidTexts = pgTable('judgment_void_texts', {
	judgmentId: uuid()
		.primaryKey()
		.references(() => judgmentVoids.judgmentId),
	salt: text().notNull(),
	note: text().notNull()
});

/** A judgment that corrects another one, long after: append-only, with why where a snapshot had been made. */
export const judgmentCorrections = pgTable('judgment_corrections', {
	judgmentId: uuid()
		.primaryKey()
		.references(() => judgments.id),
	/** Salted hash of the erasable reason beside it. */
	reasonHash: text(),
	createdAt: createdAt()
});

/** Why a judgment was corrected; may be erased, the record keeps its salted hash. */
export const judgmentCorrectionTexts = pgTable('judgment_correction_texts', {
	judgmentId: uuid()
		.primaryKey()
		.references(() => judgmentCorrections.judgmentId),
	salt: text().notNull(),
	reason: text().notNull()
});
