import { sql } from 'drizzle-orm';
import { bigint, check, index, integer, jsonb, pgTable, primaryKey, text, unique, uuid } from 'drizzle-orm/pg-core';
import type { FindingCounts } from '../../../domain/desensitisation/counts.ts';
import type { OpenSettings } from '../../../domain/desensitisation/settings.ts';
import { users } from './account.ts';
import { createdAt, id } from './columns.ts';
import { imports } from './import.ts';
import { projects } from './project.ts';
import { snapshots } from './snapshot.ts';

/** What a project keeps out of its record, and how; versioned like the guideline. Words, patterns and exceptions name people and firms: they lie encrypted. */
export const desensitisationSettings = pgTable(
	'desensitisation_settings',
	{
		id: id(),
		projectId: uuid()
			.notNull()
			.references(() => projects.id),
		version: integer().notNull(),
		rules: jsonb().$type<OpenSettings>().notNull(),
		/** Null: they stayed on the server that the project came from. */
		lists: text(),
		createdBy: uuid()
			.notNull()
			.references(() => users.id),
		createdAt: createdAt()
	},
	(t) => [unique('desensitisation_settings_version').on(t.projectId, t.version)]
);

/** The key, itself encrypted, under which a project's values are compared without being told. */
export const desensitisationKeys = pgTable('desensitisation_keys', {
	projectId: uuid()
		.primaryKey()
		.references(() => projects.id),
	sealed: text().notNull(),
	createdAt: createdAt()
});

/** Something sensitive that was found in a row of an import, as it stands there now. */
export const findings = pgTable(
	'findings',
	{
		id: id(),
		projectId: uuid()
			.notNull()
			.references(() => projects.id),
		importId: uuid()
			.notNull()
			.references(() => imports.id),
		line: integer().notNull(),
		/** Its order among the findings of the import. */
		position: bigint({ mode: 'number' }).notNull(),
		field: text().notNull(),
		kind: text().notNull(),
		action: text().notNull(),
		/** What stands in the text, with some of the text around it. */
		shown: text().notNull(),
		before: text().notNull(),
		after: text().notNull(),
		/** Keyed hash of the value: equal for equal values of the project, and says nothing else. */
		valueKey: text().notNull(),
		/** The value, encrypted, where the project keeps originals. */
		sealed: text(),
		/** The row's matter: a wall before it stands before the finding. */
		matter: text()
	},
	(t) => [
		unique('findings_position').on(t.importId, t.position),
		index('findings_kind').on(t.importId, t.kind, t.position),
		check('findings_action', sql`${t.action} in ('flag','mask','placeholder')`)
	]
);

/** What was found in the rows of a snapshot's split before they left, under which settings. */
export const snapshotScans = pgTable(
	'snapshot_scans',
	{
		snapshotId: uuid()
			.notNull()
			.references(() => snapshots.id),
		settingsVersion: integer().notNull(),
		split: text().notNull(),
		rows: integer().notNull(),
		rowsFound: integer().notNull(),
		counts: jsonb().$type<FindingCounts>().notNull(),
		createdAt: createdAt()
	},
	(t) => [primaryKey({ columns: [t.snapshotId, t.settingsVersion, t.split] }), check('snapshot_scans_split', sql`${t.split} in ('train','dev','test')`)]
);
