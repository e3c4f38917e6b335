import { sql } from 'drizzle-orm';
import { check, doublePrecision, integer, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { createdAt, id, instant } from './columns.ts';
import { projects } from './project.ts';

/** A model elsewhere that a project may ask, over the protocol of OpenAI's chat completions. Address and model never change: answers name it as their source. */
export const endpoints = pgTable(
	'endpoints',
	{
		id: id(),
		projectId: uuid()
			.notNull()
			.references(() => projects.id),
		name: text().notNull(),
		/** Ends with the version, as clients take it: https://api.example/v1. */
		baseUrl: text().notNull(),
		model: text().notNull(),
		/** Sealed (secrets/), place `endpoint:<id>`. Null: none is needed, or it was taken away. */
		sealedKey: text(),
		/** Prices of a million tokens, in the owner's currency; null: not told. */
		priceIn: doublePrecision(),
		priceOut: doublePrecision(),
		currency: text().notNull().default('USD'),
		/** Most questions under way at a time. */
		concurrency: integer().notNull().default(4),
		createdAt: createdAt(),
		retiredAt: instant()
	},
	(t) => [
		uniqueIndex('endpoints_name').on(t.projectId, t.name).where(sql`retired_at is null`),
		check('endpoints_prices', sql`${t.priceIn} >= 0 and ${t.priceOut} >= 0`),
		check('endpoints_concurrency', sql`${t.concurrency} between 1 and 64`),
		check('endpoints_currency', sql`${t.currency} ~ '^[A-Z]{3}$'`)
	]
);
