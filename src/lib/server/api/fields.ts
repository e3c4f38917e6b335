import * as v from 'valibot';

/** Schemas that several operations share. */
export const uuid = v.pipe(v.string(), v.uuid('must be an id as the API gives it'));
export const slug = v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'lower-case letters, digits and hyphens, at most 63, starting with a letter or digit'));
export const instant = v.pipe(v.string(), v.isoTimestamp('an ISO 8601 time such as 2026-11-23T09:00:00Z'));

/** A text people typed: no NUL, no lone surrogate (PostgreSQL and JSON both refuse them), within a length. */
export function text(max: number, min = 1) {
	return v.pipe(
		v.string(),
		v.check((value) => !value.includes('\0') && value.isWellFormed(), 'contains NUL or half of a surrogate pair, which no text has'),
		v.minLength(min, min === 1 ? 'must not be empty' : `at least ${min} characters`),
		v.maxLength(max, `at most ${max} characters`)
	);
}

export const slugParams = v.object({ slug });
export const idParams = v.object({ id: uuid });

/** RFC 9457 problem document, as every failure is answered. */
export const problemDocument = v.object({
	type: v.string(),
	title: v.string(),
	status: v.number(),
	detail: v.string(),
	code: v.string(),
	instance: v.optional(v.string()),
	errors: v.optional(v.array(v.object({ field: v.string(), message: v.string() })))
});
