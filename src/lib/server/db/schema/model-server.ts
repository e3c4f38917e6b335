import { sql } from 'drizzle-orm';
import { boolean, check, index, integer, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import type { RunProblem } from '../../../domain/run-problem.ts';
import { users } from './account.ts';
import { createdAt, id, instant } from './columns.ts';
import { projects } from './project.ts';
import { workers } from './worker.ts';

/** A server that a worker starts for one base model and the checkpoints on it, each a deployment. The row is the truth: a worker holds it by a lease and a fencing number, as a run. */
export const modelServers = pgTable(
	'model_servers',
	{
		id: id(),
		projectId: uuid()
			.notNull()
			.references(() => projects.id),
		name: text().notNull(),
		/** GPUs that it takes for itself; 0: it runs on processors. */
		gpus: integer().notNull(),
		status: text().notNull().default('waiting'),
		/** What people want of it; a worker makes it so. */
		wish: text().notNull().default('run'),
		/** Fencing number: only the newest may write. */
		attempt: integer().notNull().default(0),
		workerId: uuid().references(() => workers.id),
		heartbeatAt: instant(),
		/** Since when the last attempt answered. */
		readyAt: instant(),
		/** Where the gateway reaches it, while it answers. */
		baseUrl: text(),
		/** Sealed (secrets/), place `model_server:<id>`; a new one for each attempt. */
		sealedKey: text(),
		engine: text(),
		/** Numbers of the GPUs on its worker's host. */
		devices: integer().array(),
		/** How often it failed in a row. */
		failures: integer().notNull().default(0),
		nextTryAt: instant().notNull().defaultNow(),
		problem: jsonb().$type<RunProblem>(),
		createdBy: uuid()
			.notNull()
			.references(() => users.id),
		createdAt: createdAt(),
		endedAt: instant()
	},
	(t) => [
		index('model_servers_project').on(t.projectId, t.id),
		index('model_servers_waiting').on(t.nextTryAt).where(sql`status = 'waiting'`),
		check('model_servers_status', sql`${t.status} in ('waiting','starting','ready','stopping','failed','ended')`),
		check('model_servers_wish', sql`${t.wish} in ('run','restart','end')`),
		check('model_servers_gpus', sql`${t.gpus} between 0 and 64`),
		check('model_servers_engine', sql`${t.engine} in ('vllm','ms-swift')`),
		check('model_servers_held', sql`(${t.status} in ('starting','ready','stopping')) = (${t.workerId} is not null and ${t.heartbeatAt} is not null)`),
		check('model_servers_address', sql`(${t.status} = 'ready') = (${t.baseUrl} is not null)`),
		check('model_servers_ended', sql`(${t.status} = 'ended') = (${t.endedAt} is not null)`)
	]
);

/** The end of what a server's last attempt said. It may name folders of the host, and quote what it stumbled over. */
export const modelServerLogs = pgTable('model_server_logs', {
	serverId: uuid()
		.primaryKey()
		.references(() => modelServers.id),
	lines: text().array().notNull(),
	/** More was said before. */
	cut: boolean().notNull(),
	updatedAt: createdAt()
});
