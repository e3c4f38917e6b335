import type { Problem, ProblemCode } from '#lib/domain/problem.ts';

type Words = {
	/** What to say at a field, by its name. */
	fields?: Record<string, () => string>;
	/** What to say above the form, by the problem's code. */
	above?: Partial<Record<ProblemCode, () => string>>;
	/** What to say when somebody must wait so many minutes. */
	wait?: (of: { minutes: number }) => string;
};

/**
 * A use case's problem in the reader's language: use cases speak English, for
 * programs. What has no words here is said by the problem's title alone.
 */
export function inWords(problem: Problem, words: Words): Problem {
	const retryAfter = problem.facts?.['retryAfter'];
	const wait = typeof retryAfter === 'number' ? words.wait?.({ minutes: Math.ceil(retryAfter / 60) }) : undefined;
	const errors = problem.errors?.map((error) => ({ ...error, message: words.fields?.[error.field]?.() ?? error.message }));
	return { ...problem, detail: wait ?? words.above?.[problem.code]?.() ?? '', ...(errors ? { errors } : {}) };
}
