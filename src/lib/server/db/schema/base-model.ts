import { sql } from 'drizzle-orm';
import { bigint, check, integer, jsonb, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import type { HubFacts } from '../../../domain/hub-model.ts';
import type { RunProblem } from '../../../domain/run-problem.ts';
import { users } from './account.ts';
import { createdAt, id, instant } from './columns.ts';

/** Models of hubs that new projects may begin with, of the whole site. */
export const baseModels = pgTable(
	'base_models',
	{
		id: id(),
		hub: text().notNull(),
		repo: text().notNull(),
		/** As it was asked for: a branch, a tag or a commit. */
		revision: text().notNull(),
		/** To what that was pinned; null until the hub was asked. */
		commit: text(),
		facts: jsonb().$type<HubFacts>(),
		bytes: bigint({ mode: 'number' }),
		status: text().notNull().default('asked'),
		attempt: integer().notNull().default(0),
		heartbeatAt: instant(),
		/** Bytes that are there while it is fetched. */
		doneBytes: bigint({ mode: 'number' }).notNull().default(0),
		/** Host to which it was fetched; others fetch it when a run there needs it. */
		hostname: text(),
		problem: jsonb().$type<RunProblem>(),
		createdBy: uuid()
			.notNull()
			.references(() => users.id),
		createdAt: createdAt(),
		retiredAt: instant()
	},
	(t) => [
		uniqueIndex('base_models_once').on(t.hub, t.repo, t.revision).where(sql`retired_at is null`),
		check('base_models_hub', sql`${t.hub} in ('hf','modelscope')`),
		check('base_models_status', sql`${t.status} in ('asked','looking','found','wanted','fetching','ready','failed')`),
		check('base_models_commit', sql`${t.commit} ~ '^[0-9a-f]{40}$'`),
		check('base_models_found', sql`${t.status} in ('asked','looking','failed') or num_nonnulls(${t.commit}, ${t.facts}, ${t.bytes}) = 3`)
	]
);

/** A hub's token of this installation, sealed (secrets/), place `hub:<hub>`. */
export const hubTokens = pgTable(
	'hub_tokens',
	{
		hub: text().primaryKey(),
		sealedToken: text().notNull(),
		setBy: uuid()
			.notNull()
			.references(() => users.id),
		setAt: createdAt()
	},
	(t) => [check('hub_tokens_hub', sql`${t.hub} in ('hf','modelscope')`)]
);
