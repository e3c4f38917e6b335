import { index, jsonb, pgTable, uuid } from 'drizzle-orm/pg-core';
import type { SweepPlan } from '../../../domain/sweep-plan.ts';
import { users } from './account.ts';
import { checkpoints } from './checkpoint.ts';
import { createdAt, id } from './columns.ts';
import { projects } from './project.ts';
import { snapshots } from './snapshot.ts';

/** Several runs on one snapshot and parent that differ in a few settings, scored on dev questions. A trigger refuses update and delete. */
export const sweeps = pgTable(
	'sweeps',
	{
		id: id(),
		projectId: uuid()
			.notNull()
			.references(() => projects.id),
		snapshotId: uuid()
			.notNull()
			.references(() => snapshots.id),
		parentCheckpointId: uuid()
			.notNull()
			.references(() => checkpoints.id),
		/** What is tried, as it was asked for. */
		plan: jsonb().$type<SweepPlan>().notNull(),
		createdBy: uuid()
			.notNull()
			.references(() => users.id),
		createdAt: createdAt()
	},
	(t) => [index('sweeps_project').on(t.projectId, t.id)]
);
