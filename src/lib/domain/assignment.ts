import * as v from 'valibot';
import { TextSchema } from './message.ts';

const words = v.pipe(TextSchema, v.trim(), v.minLength(1, 'must not be empty'), v.maxLength(200, 'at most 200 characters'));

/** Which comparisons of the open round a batch is made of; `limit` takes the first ones of the queue. */
export const AssignmentFilterSchema = v.strictObject({
	matter: v.optional(words),
	tag: v.optional(words),
	/** Words that the prompt contains. */
	search: v.optional(words),
	limit: v.optional(v.pipe(v.number(), v.integer('a whole number'), v.minValue(1, 'at least 1'), v.maxValue(10_000, 'at most 10000')))
});
export type AssignmentFilter = v.InferOutput<typeof AssignmentFilterSchema>;
