import { sql } from 'drizzle-orm';
import { pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { users } from './account.ts';
import { createdAt, id, instant } from './columns.ts';
import { projects } from './project.ts';

/** Keeps a person away from a matter: nothing of it is given or shown to them while it stands. */
export const walls = pgTable(
	'walls',
	{
		id: id(),
		projectId: uuid()
			.notNull()
			.references(() => projects.id),
		userId: uuid()
			.notNull()
			.references(() => users.id),
		matter: text().notNull(),
		raisedBy: uuid()
			.notNull()
			.references(() => users.id),
		createdAt: createdAt(),
		liftedAt: instant(),
		liftedBy: uuid().references(() => users.id)
	},
	(t) => [
		uniqueIndex('walls_standing')
			.on(t.userId, t.projectId, t.matter)
			.where(sql`lifted_at is null`)
	]
);
