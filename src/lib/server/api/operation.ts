import type { GenericSchema, InferOutput } from 'valibot';
import type { ProblemCode } from '../../domain/problem.ts';
import type { Action } from '../../domain/permission.ts';

export type Schema = GenericSchema | undefined;
export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** One call of the API: what validates it also documents it and tests its permissions. */
export type Operation<P extends Schema = Schema, Q extends Schema = Schema, H extends Schema = Schema, B extends Schema = Schema> = {
	id: string;
	method: Method;
	/** As OpenAPI writes it, below /api/v1: `/projects/{slug}`. */
	path: string;
	summary: string;
	/** Action that the use case checks; `signed-in` needs only an account, `public` not even that. */
	access: Action | 'signed-in' | 'public';
	/** Action that it checks instead for some of what it is called for. */
	accessFor?: { what: string; access: Action };
	params?: P;
	query?: Q;
	headers?: H;
	body?: B;
	/** Success answers by status; null has no body. A text is the media type of a stream, a list those it may have. */
	answers: Record<number, GenericSchema | string | readonly string[] | null>;
	/** What it can be answered besides what every call of its kind can be (`problemsOf`). */
	problems?: readonly ProblemCode[];
	/** Media types of a streamed request body that no schema reads at once. */
	upload?: readonly string[];
};

/** Keeps the schemas' types. */
export function operation<P extends Schema = undefined, Q extends Schema = undefined, H extends Schema = undefined, B extends Schema = undefined>(
	op: Operation<P, Q, H, B>
): Operation<P, Q, H, B> {
	return op;
}

/**
 * Every problem that a call can be answered with: first what follows from what
 * it takes and who may, said once here, then its own.
 */
export function problemsOf(op: Operation): ReadonlySet<ProblemCode> {
	const takes = op.params ?? op.query ?? op.headers ?? op.body;
	return new Set<ProblemCode>([
		...(takes ? (['invalid_input'] as const) : []),
		...(op.body ? (['too_large', 'unsupported_format'] as const) : []),
		...(op.access === 'public' ? [] : (['not_signed_in'] as const)),
		...(op.access === 'public' || op.access === 'signed-in' ? [] : (['forbidden'] as const)),
		...(op.params ? (['not_found'] as const) : []),
		...(op.problems ?? [])
	]);
}

type Output<S extends Schema> = S extends GenericSchema ? InferOutput<S> : undefined;

/** What a handler gets after validation. */
export type Input<P extends Schema, Q extends Schema, H extends Schema, B extends Schema> = {
	params: Output<P>;
	query: Output<Q>;
	headers: Output<H>;
	body: Output<B>;
};
