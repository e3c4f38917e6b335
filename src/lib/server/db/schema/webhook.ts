import { sql } from 'drizzle-orm';
import { bigint, check, index, integer, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { createdAt, id, instant, pgSnapshot, xid8 } from './columns.ts';
import { projects } from './project.ts';

/** An address of the firm that is told what happens in a project. */
export const webhooks = pgTable(
	'webhooks',
	{
		id: id(),
		projectId: uuid()
			.notNull()
			.references(() => projects.id),
		url: text().notNull(),
		/** Names of domain/webhook-event.ts. */
		events: text().array().notNull(),
		/** Sealed (secrets/), place `webhook:<id>`: what its deliveries are signed with. Null once it is retired. */
		sealedSecret: text(),
		/** How far in the audit it was told of. It begins with the oldest transaction that was still under way. */
		toldTxid: xid8()
			.notNull()
			.default(sql`pg_snapshot_xmin(pg_current_snapshot())`),
		toldId: bigint({ mode: 'number' }).notNull().default(0),
		/** What was over when it was made, and is not told. Null once it was told of all that was not. */
		since: pgSnapshot().default(sql`pg_current_snapshot()`),
		createdAt: createdAt(),
		retiredAt: instant()
	},
	(t) => [index('webhooks_project').on(t.projectId), check('webhooks_secret', sql`(${t.retiredAt} is null) = (${t.sealedSecret} is not null)`)]
);

/** One event on its way to one webhook, in the bytes that are signed. */
export const webhookDeliveries = pgTable(
	'webhook_deliveries',
	{
		id: id(),
		webhookId: uuid()
			.notNull()
			.references(() => webhooks.id),
		/** The audit entry it tells of; null: a test that somebody asked for. */
		entryId: bigint({ mode: 'number' }),
		event: text().notNull(),
		body: text().notNull(),
		status: text().notNull().default('waiting'),
		tries: integer().notNull().default(0),
		/** When it is sent next; of one that is being sent, when it is given up for lost. */
		nextAt: instant(),
		/** HTTP status of the last answer. */
		answered: integer(),
		/** Why the last try came to nothing, where there was no answer. */
		trouble: text(),
		createdAt: createdAt(),
		endedAt: instant()
	},
	(t) => [
		uniqueIndex('webhook_deliveries_once').on(t.webhookId, t.entryId),
		index('webhook_deliveries_newest').on(t.webhookId, t.id),
		index('webhook_deliveries_due').on(t.nextAt).where(sql`status = 'waiting'`),
		check('webhook_deliveries_status', sql`${t.status} in ('waiting','delivered','failed')`),
		check('webhook_deliveries_waits', sql`(${t.status} = 'waiting') = (${t.nextAt} is not null)`)
	]
);
