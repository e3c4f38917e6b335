import { sql } from 'drizzle-orm';
import { boolean, check, index, integer, jsonb, pgTable, primaryKey, text, unique, uuid } from 'drizzle-orm/pg-core';
import type { JudgingForm } from '../../../domain/judging-form.ts';
import type { JudgingPolicy } from '../../../domain/judging-policy.ts';
import { users } from './account.ts';
import { createdAt, id } from './columns.ts';

/** One alignment effort. Seed and salt are drawn once and never change. */
export const projects = pgTable(
	'projects',
	{
		id: id(),
		slug: text().notNull().unique(),
		name: text().notNull(),
		locale: text().notNull().default('en'),
		overlap: integer().notNull(),
		objective: text().notNull().default('dpo'),
		/** Seeds canonical order, side order and queue order (semantics 1, 2, 8). */
		seed: text().notNull(),
		/** Keys the split of a prompt group (semantics 10). */
		splitSalt: text().notNull(),
		/** Shares of prompt groups, e.g. {train: 0.75, dev: 0.05, test: 0.2}. */
		splitShares: jsonb().$type<{ train: number; dev: number; test: number }>().notNull(),
		/** Whether prompts that come are grouped by their matter, where they name one. Groups that are drawn stay as they are. */
		matterIsGroup: boolean().notNull().default(false),
		leaseSeconds: integer().notNull().default(900),
		/** Whether nobody decides on a run that they started. */
		fourEyes: boolean().notNull().default(true),
		/** Gold, repeats and adjudication as the owner set them; missing parts have their defaults. */
		judgingPolicy: jsonb().$type<Partial<JudgingPolicy>>().notNull().default({}),
		createdAt: createdAt()
	},
	(t) => [
		check('projects_overlap', sql`${t.overlap} between 1 and 15`),
		check('projects_lease', sql`${t.leaseSeconds} between 1 and 86400`),
		check('projects_slug', sql`${t.slug} ~ '^[a-z0-9][a-z0-9-]{0,62}$'`)
	]
);

/** Who does what in a project. */
export const memberships = pgTable(
	'memberships',
	{
		projectId: uuid()
			.notNull()
			.references(() => projects.id),
		userId: uuid()
			.notNull()
			.references(() => users.id),
		role: text().notNull(),
		/** What the person knows; a prompt that requires more is not given to them. */
		skills: text().array().notNull().default(sql`'{}'`),
		/** Languages the person judges in, as BCP 47 tags; none: any. */
		languages: text().array().notNull().default(sql`'{}'`),
		createdAt: createdAt()
	},
	(t) => [
		primaryKey({ columns: [t.projectId, t.userId] }),
		index('memberships_user').on(t.userId),
		check('memberships_role', sql`${t.role} in ('annotator','reviewer','engineer','owner')`)
	]
);

/** Versioned instructions; a judgment keeps the version it was made under. */
export const guidelines = pgTable(
	'guidelines',
	{
		id: id(),
		projectId: uuid()
			.notNull()
			.references(() => projects.id),
		version: integer().notNull(),
		body: text().notNull(),
		contentHash: text().notNull(),
		createdBy: uuid().references(() => users.id),
		createdAt: createdAt()
	},
	(t) => [unique('guidelines_version').on(t.projectId, t.version)]
);

/** What a judgment asks for besides the verdict; versioned like the guideline. */
export const judgingForms = pgTable(
	'judging_forms',
	{
		id: id(),
		projectId: uuid()
			.notNull()
			.references(() => projects.id),
		version: integer().notNull(),
		form: jsonb().$type<JudgingForm>().notNull(),
		contentHash: text().notNull(),
		createdBy: uuid().references(() => users.id),
		createdAt: createdAt()
	},
	(t) => [unique('judging_forms_version').on(t.projectId, t.version)]
);

/** System prompt put before every prompt that brings none of its own (semantics 14). */
export const systemPrompts = pgTable(
	'system_prompts',
	{
		id: id(),
		projectId: uuid()
			.notNull()
			.references(() => projects.id),
		version: integer().notNull(),
		body: text().notNull(),
		contentHash: text().notNull(),
		createdAt: createdAt()
	},
	(t) => [unique('system_prompts_version').on(t.projectId, t.version)]
);
