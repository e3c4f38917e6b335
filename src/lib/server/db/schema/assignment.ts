import { check, index, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
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
		endedAt: instant()
	},
	(t) => [index('assignments_project').on(t.projectId, t.id)]
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
			.references(() => comparisons.id)
	},
	(t) => [primaryKey({ columns: [t.assignmentId, t.comparisonId] }), index('assignment_items_comparison').on(t.comparisonId)]
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
	(t) => [index('delegations_to').on(t.toUserId, t.projectId), check('delegations_span', sql`${t.endsAt} > ${t.startsAt} and ${t.fromUserId} <> ${t.toUserId}`)]
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
