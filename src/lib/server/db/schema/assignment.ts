import { bigint, check, index, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { sql } from 'drizzle-orm';
import type { AssignmentFilter } from '../../../domain/assignment.ts';
import { users } from './account.ts';
import { createdAt, id, instant } from './columns.ts';
import { comparisons } from './comparison.ts';
import { projects } from './project.ts';
import { rounds } from './round.ts';

/** A batch of comparisons that an owner gives to people, to be judged by a date. They get it before anything else. */
export const assignments = pgTable(
	'assignments',
	{
		id: id(),
		projectId: uuid()
			.notNull()
			.references(() => projects.id),
		roundId: uuid()
			.notNull()
			.references(() => rounds.id),
		name: text().notNull(),
		/** What was asked for; the comparisons it came to are stored beside it. */
		filter: jsonb().$type<AssignmentFilter>().notNull(),
		dueAt: instant(),
		createdBy: uuid()
			.notNull()
			.references(() => users.id),
		createdAt: createdAt(),
		endedAt: instant(),
		/** When people were told that it is late: once. */
		overdueToldAt: instant()
	},
	(t) => [
		index('assignments_project').on(t.projectId, t.id),
		index('assignments_falling_due')
			.on(t.dueAt)
			.where(sql`ended_at is null and overdue_told_at is null`)
	]
);

export const assignmentPeople = pgTable(
	'assignment_people',
	{
		assignmentId: uuid()
			.notNull()
			.references(() => assignments.id),
		userId: uuid()
			.notNull()
			.references(() => users.id)
	},
	(t) => [primaryKey({ columns: [t.assignmentId, t.userId] }), index('assignment_people_user').on(t.userId)]
);

export const assignmentItems = pgTable(
	'assignment_items',
	{
		assignmentId: uuid()
			.notNull()
			.references(() => assignments.id),
		comparisonId: uuid()
			.notNull()
			.references(() => comparisons.id),
		/** The comparison's place in the queue, for walking a batch in that order. */
		orderKey: bigint({ mode: 'number' }).notNull()
	},
	(t) => [
		primaryKey({ columns: [t.assignmentId, t.comparisonId] }),
		index('assignment_items_comparison').on(t.comparisonId),
		index('assignment_items_queue').on(t.assignmentId, t.orderKey)
	]
);

/** How far a person has come in a batch, own or delegated: a claim goes on from there. */
export const assignmentCursors = pgTable(
	'assignment_cursors',
	{
		assignmentId: uuid()
			.notNull()
			.references(() => assignments.id),
		userId: uuid()
			.notNull()
			.references(() => users.id),
		cursor: bigint({ mode: 'number' }).notNull().default(-1),
		/** When the whole batch held nothing for the person: it is not walked again for a while. */
		emptyAt: instant()
	},
	(t) => [primaryKey({ columns: [t.assignmentId, t.userId] })]
);

/** Somebody does another's assigned work while that person is away. */
export const delegations = pgTable(
	'delegations',
	{
		id: id(),
		projectId: uuid()
			.notNull()
			.references(() => projects.id),
		fromUserId: uuid()
			.notNull()
			.references(() => users.id),
		toUserId: uuid()
			.notNull()
			.references(() => users.id),
		startsAt: instant().notNull(),
		endsAt: instant().notNull(),
		createdBy: uuid()
			.notNull()
			.references(() => users.id),
		createdAt: createdAt(),
		endedAt: instant()
	},
	(t) => [index('delegations_to').on(t.toUserId, t.projectId), index('delegations_project').on(t.projectId, t.id), check('delegations_span', sql`${t.endsAt} > ${t.startsAt} and ${t.fromUserId} <> ${t.toUserId}`)]
);

/** A named set of people of a project, for assigning work to all of them. */
export const groups = pgTable(
	'people_groups',
	{
		id: id(),
		projectId: uuid()
			.notNull()
			.references(() => projects.id),
		name: text().notNull(),
		createdAt: createdAt()
	},
	(t) => [index('people_groups_project').on(t.projectId)]
);

export const groupMembers = pgTable(
	'people_group_members',
	{
		groupId: uuid()
			.notNull()
			.references(() => groups.id),
		userId: uuid()
			.notNull()
			.references(() => users.id)
	},
	(t) => [primaryKey({ columns: [t.groupId, t.userId] })]
);
