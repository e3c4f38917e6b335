import * as v from 'valibot';
import { AssigneesSchema, AssignmentFilterSchema, GroupSchema, NewAssignmentSchema } from '../../../domain/assignment.ts';
import { idParams, instant, slugParams, uuid } from '../fields.ts';
import { operation } from '../operation.ts';

const suitability = v.object({ userId: v.string(), name: v.string(), fit: v.number(), walled: v.number(), unskilled: v.number(), done: v.number() });
const group = v.object({ id: v.string(), name: v.string(), members: v.array(v.object({ userId: v.string(), name: v.string() })) });
const someone = v.object({ id: v.string(), name: v.string() });
const delegation = v.object({ id: v.string(), projectId: v.string(), from: someone, to: someone, startsAt: v.string(), endsAt: v.string(), state: v.picklist(['ahead', 'now', 'over']) });
const nullable = v.nullable(v.string());

export const createAssignment = operation({
	id: 'createAssignment',
	method: 'POST',
	path: '/projects/{slug}/assignments',
	summary: 'Give open comparisons of the round to people, to be judged by a time; says what of them each person cannot be given',
	access: 'assignment.manage',
	params: slugParams,
	body: NewAssignmentSchema,
	answers: { 201: v.object({ id: v.string(), items: v.number(), people: v.array(suitability) }) },
	problems: ['conflict']
});

export const listAssignments = operation({
	id: 'listAssignments',
	method: 'GET',
	path: '/projects/{slug}/assignments',
	summary: 'Batches that run (or, with ended=true, are over), newest first, with how they and their people stand',
	access: 'assignment.manage',
	params: slugParams,
	query: v.object({ ended: v.optional(v.pipe(v.picklist(['true', 'false'], 'true or false'), v.transform((given) => given === 'true'))), cursor: v.optional(uuid) }),
	answers: {
		200: v.object({
			assignments: v.array(
				v.looseObject({
					id: v.string(),
					name: v.string(),
					filter: AssignmentFilterSchema,
					state: v.picklist(['ended', 'done', 'late', 'running']),
					dueAt: nullable,
					endedAt: nullable,
					items: v.number(),
					done: v.number(),
					open: v.number(),
					people: v.array(v.object({ userId: v.string(), name: v.string(), judged: v.number(), waiting: v.number() }))
				})
			),
			next: nullable
		})
	}
});

export const previewAssignment = operation({
	id: 'previewAssignment',
	method: 'POST',
	path: '/projects/{slug}/assignments/preview',
	summary: 'What a batch would hold now and what of it each person could be given; changes nothing',
	access: 'assignment.manage',
	params: slugParams,
	body: v.strictObject({ filter: v.optional(AssignmentFilterSchema, {}), ...AssigneesSchema }),
	answers: { 200: v.object({ matches: v.number(), given: v.number(), people: v.array(suitability) }) }
});

export const readOwnWork = operation({
	id: 'readOwnWork',
	method: 'GET',
	path: '/projects/{slug}/assignments/mine',
	summary: 'One’s own assigned work that waits, the batch due first at the head, and what is delegated to or by oneself',
	access: 'assignment.own',
	params: slugParams,
	answers: {
		200: v.object({
			batches: v.array(v.object({ id: v.string(), name: v.string(), dueAt: nullable, late: v.boolean(), waiting: v.number() })),
			waiting: v.number(),
			inTens: v.boolean(),
			late: v.boolean(),
			nextDue: nullable,
			delegations: v.array(delegation),
			colleagues: v.array(v.object({ userId: v.string(), name: v.string() }))
		})
	}
});

export const endAssignment = operation({
	id: 'endAssignment',
	method: 'POST',
	path: '/assignments/{id}/end',
	summary: 'End a batch; what is open of it goes the queue’s way',
	access: 'assignment.manage',
	params: idParams,
	answers: { 200: v.object({ ended: v.literal(true) }) },
	problems: ['conflict']
});

export const listGroups = operation({
	id: 'listGroups',
	method: 'GET',
	path: '/projects/{slug}/groups',
	summary: 'Named groups of the project’s people',
	access: 'assignment.manage',
	params: slugParams,
	answers: { 200: v.object({ groups: v.array(group) }) }
});

export const createGroup = operation({
	id: 'createGroup',
	method: 'POST',
	path: '/projects/{slug}/groups',
	summary: 'Make a group',
	access: 'assignment.manage',
	params: slugParams,
	body: GroupSchema,
	answers: { 201: v.object({ id: v.string() }) }
});

export const putGroup = operation({
	id: 'putGroup',
	method: 'PUT',
	path: '/groups/{id}',
	summary: 'Set a group’s name and people',
	access: 'assignment.manage',
	params: idParams,
	body: GroupSchema,
	answers: { 200: v.object({ id: v.string() }) }
});

export const removeGroup = operation({
	id: 'removeGroup',
	method: 'DELETE',
	path: '/groups/{id}',
	summary: 'Take a group away; what was given to its people stays theirs',
	access: 'assignment.manage',
	params: idParams,
	answers: { 200: v.object({ removed: v.literal(true) }) }
});

export const delegateWork = operation({
	id: 'delegateWork',
	method: 'POST',
	path: '/projects/{slug}/delegations',
	summary: 'Hand assigned work to somebody for a time: one’s own, or for who manages work that of `from`',
	access: 'assignment.own',
	params: slugParams,
	body: v.strictObject({ from: v.optional(uuid), to: uuid, startsAt: v.optional(instant), endsAt: instant }),
	answers: { 201: v.object({ id: v.string() }) }
});

export const endDelegation = operation({
	id: 'endDelegation',
	method: 'POST',
	path: '/delegations/{id}/end',
	summary: 'Take delegated work back before its time',
	access: 'assignment.own',
	params: idParams,
	answers: { 200: v.object({ ended: v.literal(true) }) },
	problems: ['conflict']
});
