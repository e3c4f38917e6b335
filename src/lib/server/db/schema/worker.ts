import { boolean, integer, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import type { WorkerCapabilities } from '../../../domain/worker-capabilities.ts';
import { createdAt, id, instant } from './columns.ts';

/** A worker process and what it can do. A restart is a new row. */
export const workers = pgTable('workers', {
	id: id(),
	hostname: text().notNull(),
	pid: integer().notNull(),
	/** Names the host and its data folder, so that only a worker there cleans up after one that died. */
	hostKey: text().notNull(),
	capabilities: jsonb().$type<WorkerCapabilities>().notNull(),
	/** It takes nothing new: what it works on goes on to its end. */
	draining: boolean().notNull().default(false),
	heartbeatAt: createdAt(),
	startedAt: createdAt(),
	stoppedAt: instant()
});

/** Facts about this installation. */
export const installation = pgTable('installation', {
	key: text().primaryKey(),
	value: jsonb().notNull(),
	createdAt: createdAt(),
	by: uuid()
});
