import * as v from 'valibot';
import { TextSchema } from './message.ts';

const words = v.pipe(TextSchema, v.trim(), v.minLength(1, 'must not be empty'), v.maxLength(200, 'at most 200 characters'));
const ids = (max: number) => v.pipe(v.array(v.pipe(v.string(), v.uuid('an id as the API gives it'))), v.maxLength(max, `at most ${max}`));

/** Most people that one batch, and one group, is made of. */
export const MOST_ASSIGNED = 100;
/** Longest time for which somebody's work can be handed over at once. */
export const LONGEST_DELEGATION_DAYS = 366;

/** Which comparisons of the open round a batch is made of; `limit` takes the first ones of the queue that no other batch holds. */
export const AssignmentFilterSchema = v.strictObject({
	matter: v.optional(words),
	tag: v.optional(words),
	/** Words that the prompt contains. */
	search: v.optional(words),
	limit: v.optional(v.pipe(v.number(), v.integer('a whole number'), v.minValue(1, 'at least 1'), v.maxValue(10_000, 'at most 10000')))
});
export type AssignmentFilter = v.InferOutput<typeof AssignmentFilterSchema>;

/** To whom a batch goes: people, and everybody of groups. */
export const AssigneesSchema = { people: v.optional(ids(MOST_ASSIGNED), []), groups: v.optional(ids(MOST_ASSIGNED), []) };

/** A batch to be given. */
export const NewAssignmentSchema = v.strictObject({
	name: words,
	filter: v.optional(AssignmentFilterSchema, {}),
	...AssigneesSchema,
	dueAt: v.optional(v.pipe(v.string(), v.isoTimestamp('an ISO 8601 time such as 2026-11-23T09:00:00Z')))
});

/** A named set of people. */
export const GroupSchema = v.strictObject({ name: words, members: v.optional(ids(MOST_ASSIGNED), []) });

/** Most comparisons that a batch without a number is made of. */
export const MOST_ITEMS = 10_000;

/** How a batch stands: over, done, late (its day is past and work is open), running. */
export type AssignmentState = 'ended' | 'done' | 'late' | 'running';

/** How a batch stands, from what is left of it. */
export function assignmentState(of: { ended: boolean; due: boolean; open: number }): AssignmentState {
	if (of.ended) return 'ended';
	if (of.open === 0) return 'done';
	return of.due ? 'late' : 'running';
}
