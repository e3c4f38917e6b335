import { sql } from 'drizzle-orm';
import { bigint, boolean, check, index, integer, jsonb, pgTable, primaryKey, text, unique, uuid } from 'drizzle-orm/pg-core';
import type { AnyPgColumn } from 'drizzle-orm/pg-core';
import type { Message } from '../../../domain/message.ts';
import { users } from './account.ts';
import { createdAt, id } from './columns.ts';
import { projects, systemPrompts } from './project.ts';

/** Prompts that must stay on one side of a split. The split is drawn once and stored. A group that was merged points to the one that holds its prompts now, which is held out at least as far. */
export const promptGroups = pgTable(
	'prompt_groups',
	{
		id: id(),
		projectId: uuid()
			.notNull()
			.references(() => projects.id),
		key: text().notNull(),
		split: text().notNull(),
		mergedIntoId: uuid().references((): AnyPgColumn => promptGroups.id),
		createdAt: createdAt()
	},
	(t) => [
		unique('prompt_groups_key').on(t.projectId, t.key),
		index('prompt_groups_merged').on(t.mergedIntoId).where(sql`merged_into_id is not null`),
		check('prompt_groups_split', sql`${t.split} in ('train','dev','test')`),
		check('prompt_groups_merged_into_other', sql`${t.mergedIntoId} <> ${t.id}`)
	]
);

/** Two groups that a person said belong together; groups joined by such links are one. */
export const promptGroupLinks = pgTable(
	'prompt_group_links',
	{
		projectId: uuid()
			.notNull()
			.references(() => projects.id),
		groupId: uuid()
			.notNull()
			.references(() => promptGroups.id),
		otherId: uuid()
			.notNull()
			.references(() => promptGroups.id),
		createdBy: uuid()
			.notNull()
			.references(() => users.id),
		createdAt: createdAt()
	},
	(t) => [primaryKey({ columns: [t.groupId, t.otherId] }), index('prompt_group_links_other').on(t.otherId), check('prompt_group_links_order', sql`${t.groupId} < ${t.otherId}`)]
);

/** A conversation awaiting an answer. Its text lives in `prompt_texts`. */
export const prompts = pgTable(
	'prompts',
	{
		id: id(),
		projectId: uuid()
			.notNull()
			.references(() => projects.id),
		groupId: uuid()
			.notNull()
			.references(() => promptGroups.id),
		/** The group that it came with, where that one was merged into another. */
		homeGroupId: uuid().references(() => promptGroups.id),
		/** SHA-256 of the effective messages (RFC 8785). */
		contentHash: text().notNull(),
		systemPromptId: uuid().references(() => systemPrompts.id),
		importId: uuid(),
		tags: text().array(),
		matter: text(),
		/** Skills that who judges it must have. */
		requires: text().array().notNull().default(sql`'{}'`),
		/** BCP 47 tag; null: anybody can read it. */
		language: text(),
		createdAt: createdAt()
	},
	(t) => [
		unique('prompts_content').on(t.projectId, t.contentHash),
		index('prompts_group').on(t.groupId),
		index('prompts_home').on(t.homeGroupId).where(sql`home_group_id is not null`),
		index('prompts_matter').on(t.projectId, t.matter).where(sql`matter is not null`)
	]
);

/** How many prompts a project has, by split, and how many no round has compared yet. Kept by triggers on prompts and comparisons (drizzle/*_prompt_counts.sql): who looks at a project waits for no count of a million. */
export const promptCounts = pgTable('prompt_counts', {
	projectId: uuid()
		.primaryKey()
		.references(() => projects.id),
	train: integer().notNull(),
	dev: integer().notNull(),
	test: integer().notNull(),
	uncompared: integer().notNull()
});

export const promptTexts = pgTable('prompt_texts', {
	promptId: uuid()
		.primaryKey()
		.references(() => prompts.id),
	/** Effective messages, system prompt included. */
	messages: jsonb().$type<Message[]>().notNull()
});

/** One answer to a prompt and where it came from. Its text lives in `response_texts`. */
export const responses = pgTable(
	'responses',
	{
		id: id(),
		promptId: uuid()
			.notNull()
			.references(() => prompts.id),
		contentHash: text().notNull(),
		source: text().notNull(),
		/** Id of the checkpoint, of the export in whose form a checkpoint answered, of the endpoint or person; null for an import that names none. */
		sourceRef: text(),
		sampling: jsonb().$type<Record<string, unknown>>(),
		seed: bigint({ mode: 'number' }),
		/** Whether source, settings and seed give the same text again. */
		reproducible: boolean().notNull().default(false),
		createdAt: createdAt()
	},
	(t) => [
		index('responses_person').on(t.sourceRef).where(sql`source = 'person'`),
		index('responses_checkpoint').on(t.sourceRef, t.promptId).where(sql`source = 'checkpoint'`),
		unique('responses_content').on(t.promptId, t.contentHash, t.source, t.sourceRef).nullsNotDistinct(),
		check('responses_source', sql`${t.source} in ('checkpoint','export','endpoint','person','import')`)
	]
);

export const responseTexts = pgTable('response_texts', {
	responseId: uuid()
		.primaryKey()
		.references(() => responses.id),
	messages: jsonb().$type<Message[]>().notNull()
});
