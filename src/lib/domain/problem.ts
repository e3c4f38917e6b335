/**
 * Every expected failure, by stable code: its HTTP status and title. Pages and
 * the API show the same problem; what is not listed here is a bug.
 */
export const PROBLEMS = {
	invalid_input: { status: 400, title: 'The input is not valid' },
	not_signed_in: { status: 401, title: 'Sign in first' },
	wrong_credentials: { status: 401, title: 'Email or password is wrong' },
	forbidden: { status: 403, title: 'Your role does not allow this' },
	walled: { status: 403, title: 'A wall stands before this matter' },
	scope_missing: { status: 403, title: 'The token does not allow this' },
	cross_site: { status: 403, title: 'The request came from another site' },
	not_found: { status: 404, title: 'Not found' },
	method_not_allowed: { status: 405, title: 'This address does not take that' },
	conflict: { status: 409, title: 'It conflicts with what is there' },
	lease_lost: { status: 409, title: 'The lease was lost' },
	already_judged: { status: 409, title: 'It was judged before' },
	yet_to_judge: { status: 409, title: 'You may still be asked to judge this' },
	four_eyes: { status: 409, title: 'Somebody else must sign' },
	gate_not_passed: { status: 409, title: 'The gate does not pass' },
	already_decided: { status: 409, title: 'It is already over' },
	gone: { status: 410, title: 'No longer valid' },
	too_large: { status: 413, title: 'Too large' },
	unsupported_format: { status: 415, title: 'The format is not supported' },
	key_reused: { status: 422, title: 'The idempotency key was used for another request' },
	import_refused: { status: 422, title: 'The file was refused' },
	impossible_recipe: { status: 422, title: 'The training settings cannot work' },
	sensitive: { status: 422, title: 'It holds sensitive text' },
	empty_snapshot: { status: 422, title: 'Nothing to train on' },
	too_many_leases: { status: 429, title: 'Too many tasks at a time' },
	too_many_attempts: { status: 429, title: 'Too many attempts' },
	not_ready: { status: 503, title: 'Not ready' },
	internal: { status: 500, title: 'Something went wrong on our side' }
} as const;

export type ProblemCode = keyof typeof PROBLEMS;

/** One wrong field: its path (`responses[1].content`), in a file its line, and what would be right. */
export type FieldError = { field: string; message: string; line?: number };

/** An expected failure as a value. */
export type Problem = {
	code: ProblemCode;
	/** What happened here and what to do, one or two sentences. */
	detail: string;
	errors?: FieldError[];
	/** Facts a client can act on, e.g. `{ judgmentId }` or `{ retryAfter }` (seconds). */
	facts?: Record<string, string | number | boolean | null>;
};

/** What a use case gives: a value, or the reason why not. */
export type Result<T> = { ok: true; value: T } | { ok: false; problem: Problem };

/** A successful result. */
export function ok<T>(value: T): Result<T> {
	return { ok: true, value };
}

/** A failed result. */
export function fail(code: ProblemCode, detail: string, more: Pick<Problem, 'errors' | 'facts'> = {}): { ok: false; problem: Problem } {
	return { ok: false, problem: { code, detail, ...more } };
}

/** A failed result for one wrong field. */
export function wrongField(field: string, message: string): { ok: false; problem: Problem } {
	return fail('invalid_input', `${field}: ${message}`, { errors: [{ field, message }] });
}
