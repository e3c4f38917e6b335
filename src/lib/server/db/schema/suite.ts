import { integer, jsonb, pgTable, text, unique, uuid } from 'drizzle-orm/pg-core';
import type { SuiteDefinition } from '../../../domain/suite/check.ts';
import { users } from './account.ts';
import { createdAt, id } from './columns.ts';
import { projects } from './project.ts';

/** What a project asks of every new checkpoint's answers. A version stays as it is: results are never mixed across versions. */
export const suiteVersions = pgTable(
	'suite_versions',
	{
		id: id(),
		projectId: uuid()
			.notNull()
			.references(() => projects.id),
		version: integer().notNull(),
		definition: jsonb().$type<SuiteDefinition>().notNull(),
		contentHash: text().notNull(),
		/** Null: the demo brought it. */
		createdBy: uuid().references(() => users.id),
		createdAt: createdAt()
	},
	(t) => [unique('suite_versions_version').on(t.projectId, t.version)]
);
