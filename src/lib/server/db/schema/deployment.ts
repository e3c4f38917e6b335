import { sql } from 'drizzle-orm';
import { check, foreignKey, index, integer, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { users } from './account.ts';
import { checkpointExports, checkpoints } from './checkpoint.ts';
import { createdAt, id, instant } from './columns.ts';
import { endpoints } from './endpoint.ts';
import { modelServers } from './model-server.ts';
import { projects } from './project.ts';

/** A server that serves a checkpoint: one that the firm runs itself and has registered as an endpoint, or one that a worker runs. Checkpoint, form and server never change; what serves another checkpoint is another deployment. */
export const deployments = pgTable(
	'deployments',
	{
		id: id(),
		projectId: uuid()
			.notNull()
			.references(() => projects.id),
		checkpointId: uuid()
			.notNull()
			.references(() => checkpoints.id),
		/** The export whose weights are served; null: the checkpoint as it was trained. */
		exportId: uuid(),
		endpointId: uuid().references(() => endpoints.id),
		serverId: uuid().references(() => modelServers.id),
		/** Most requests under way at a time, from one gateway process. */
		concurrency: integer().notNull().default(64),
		createdBy: uuid()
			.notNull()
			.references(() => users.id),
		createdAt: createdAt(),
		/** Takes nothing new since then; what is under way ends by itself. */
		drainingAt: instant(),
		endedAt: instant(),
		/** As a gateway last found it. */
		health: text().notNull().default('unknown'),
		healthProblem: text(),
		checkedAt: instant()
	},
	(t) => [
		index('deployments_project').on(t.projectId, t.id),
		uniqueIndex('deployments_living').on(t.checkpointId, t.endpointId).where(sql`ended_at is null`),
		foreignKey({ name: 'deployments_export_of', columns: [t.exportId, t.checkpointId], foreignColumns: [checkpointExports.id, checkpointExports.checkpointId] }),
		index('deployments_export').on(t.exportId).where(sql`export_id is not null`),
		uniqueIndex('deployments_served').on(t.serverId, t.checkpointId),
		check('deployments_where', sql`num_nonnulls(${t.endpointId}, ${t.serverId}) = 1`),
		check('deployments_concurrency', sql`${t.concurrency} between 1 and 1000`),
		check('deployments_health', sql`${t.health} in ('unknown','up','down')`)
	]
);

/** A question of the playground that is under way at a server: who lets that server stop waits for it. Nothing of what is asked stands here. */
export const playgroundCalls = pgTable(
	'playground_calls',
	{
		id: id(),
		deploymentId: uuid()
			.notNull()
			.references(() => deployments.id),
		/** It counts no longer than this, should its process die. */
		until: instant().notNull()
	},
	(t) => [index('playground_calls_deployment').on(t.deploymentId)]
);
