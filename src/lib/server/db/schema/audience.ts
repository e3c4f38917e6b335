import { index, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { projects } from './project.ts';

/**
 * Whom a prompt may be given to, as far as its own words say: what it requires,
 * its language and its matter. Prompts that say the same share one, so that a
 * claim reads only the places that are open to a person. Its id is made of its
 * content (`audience_of`), and a place's names it for good.
 */
export const audiences = pgTable(
	'audiences',
	{
		id: uuid().primaryKey(),
		projectId: uuid()
			.notNull()
			.references(() => projects.id),
		requires: text().array().notNull(),
		language: text(),
		matter: text()
	},
	(t) => [index('audiences_project').on(t.projectId)]
);
