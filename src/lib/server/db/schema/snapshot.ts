import { sql } from 'drizzle-orm';
import { bigint, check, index, integer, jsonb, pgTable, primaryKey, text, unique, uuid } from 'drizzle-orm/pg-core';
import { users } from './account.ts';
import { createdAt, id } from './columns.ts';
import { comparisons } from './comparison.ts';
import { judgments } from './judgment.ts';
import { projects } from './project.ts';
import { rounds } from './round.ts';

/** Immutable preference dataset for one objective. A trigger refuses update and delete. */
export const snapshots = pgTable(
	'snapshots',
	{
		id: id(),
		projectId: uuid()
			.notNull()
			.references(() => projects.id),
		roundId: uuid()
			.notNull()
			.references(() => rounds.id),
		objective: text().notNull(),
		/** The declared rule, as given and completed with its defaults. */
		rule: jsonb().$type<Record<string, unknown>>().notNull(),
		/** SHA-256 of the manifest's RFC 8785 form. */
		sha256: text().notNull(),
		trainRows: integer().notNull(),
		devRows: integer().notNull(),
		testRows: integer().notNull(),
		heldOut: integer().notNull(),
		dropped: jsonb().$type<Record<string, number>>().notNull(),
		used: integer().notNull(),
		/** Effective proposal for KTO (Eq. 8), null for other objectives. */
		desirableWeight: jsonb().$type<{ desirable: number; undesirable: number } | null>(),
		/** The saved rule it was made by; null: a rule of its own. */
		snapshotRuleId: uuid().references(() => snapshotRules.id),
		createdBy: uuid()
			.notNull()
			.references(() => users.id),
		createdAt: createdAt()
	},
	(t) => [
		index('snapshots_project').on(t.projectId, t.id),
		check('snapshots_objective', sql`${t.objective} in ('dpo','kto','orpo','cpo','simpo','sft','rm')`)
	]
);

/** A named rule of a project, each version as it was saved. A trigger refuses update and delete. */
export const snapshotRules = pgTable(
	'snapshot_rules',
	{
		id: id(),
		projectId: uuid()
			.notNull()
			.references(() => projects.id),
		name: text().notNull(),
		version: integer().notNull(),
		objective: text().notNull(),
		/** The whole rule, completed with its defaults. */
		rule: jsonb().$type<Record<string, unknown>>().notNull(),
		createdBy: uuid()
			.notNull()
			.references(() => users.id),
		createdAt: createdAt()
	},
	(t) => [
		unique('snapshot_rules_version').on(t.projectId, t.name, t.version),
		check('snapshot_rules_name', sql`char_length(${t.name}) between 1 and 80`),
		check('snapshot_rules_objective', sql`${t.objective} in ('dpo','kto','orpo','cpo','simpo','sft','rm')`)
	]
);

/** How many comparisons of a matter a snapshot holds in a split. Names of matters are told only to whom no wall stands before them, so the manifest has none. */
export const snapshotMatters = pgTable(
	'snapshot_matters',
	{
		snapshotId: uuid()
			.notNull()
			.references(() => snapshots.id),
		matter: text().notNull(),
		split: text().notNull(),
		comparisons: integer().notNull()
	},
	(t) => [primaryKey({ columns: [t.snapshotId, t.matter, t.split] }), check('snapshot_matters_split', sql`${t.split} in ('train','dev','test')`)]
);

/** The files of a snapshot in the artifact store, by content. */
export const snapshotFiles = pgTable(
	'snapshot_files',
	{
		snapshotId: uuid()
			.notNull()
			.references(() => snapshots.id),
		name: text().notNull(),
		sha256: text().notNull(),
		bytes: bigint({ mode: 'number' }).notNull(),
		rows: integer().notNull()
	},
	(t) => [
		primaryKey({ columns: [t.snapshotId, t.name] }),
		check('snapshot_files_name', sql`${t.name} in ('manifest','train','dev','test','held_out')`)
	]
);

/** What became of every judgment: a row, or a reason. */
export const snapshotJudgments = pgTable(
	'snapshot_judgments',
	{
		snapshotId: uuid()
			.notNull()
			.references(() => snapshots.id),
		judgmentId: uuid()
			.notNull()
			.references(() => judgments.id),
		comparisonId: uuid()
			.notNull()
			.references(() => comparisons.id),
		disposition: text().notNull()
	},
	(t) => [primaryKey({ columns: [t.snapshotId, t.judgmentId] }), index('snapshot_judgments_judgment').on(t.judgmentId)]
);

/** What became of every comparison, and which held-out row stands for it. */
export const snapshotComparisons = pgTable(
	'snapshot_comparisons',
	{
		snapshotId: uuid()
			.notNull()
			.references(() => snapshots.id),
		comparisonId: uuid()
			.notNull()
			.references(() => comparisons.id),
		split: text().notNull(),
		outcome: text().notNull(),
		verdict: text(),
		/** Of prompt and answers as they were rendered, whatever the objective: half a SHA-256, enough to see a change. Null: frozen before this was kept. */
		textHash: text()
	},
	(t) => [primaryKey({ columns: [t.snapshotId, t.comparisonId] }), unique('snapshot_comparisons_split').on(t.snapshotId, t.split, t.comparisonId)]
);

/**
 * How often two snapshots differ for which reason, block by block in the order
 * of ids: counted once, since neither ever changes. A page of differences finds
 * its rows by the blocks that have some.
 */
export const snapshotDiffs = pgTable(
	'snapshot_diffs',
	{
		afterId: uuid()
			.notNull()
			.references(() => snapshots.id),
		beforeId: uuid()
			.notNull()
			.references(() => snapshots.id),
		part: text().notNull(),
		block: integer().notNull(),
		/** The last id of the block; the block before it ends where this one begins. */
		lastId: uuid().notNull(),
		counts: jsonb().$type<Record<string, number>>().notNull()
	},
	(t) => [primaryKey({ columns: [t.afterId, t.beforeId, t.part, t.block] }), check('snapshot_diffs_part', sql`${t.part} in ('comparisons','judgments')`)]
);
