import { message, setError } from 'sveltekit-superforms';
import type { ErrorStatus, SuperValidated } from 'sveltekit-superforms';
import { PROBLEMS } from '#lib/domain/problem.ts';
import type { Problem, ProblemCode } from '#lib/domain/problem.ts';

/** What stands above a form that was not taken. */
export type FormMessage = { code: ProblemCode; detail: string };

/** A use case's problem in a form: at the fields it names, else above the form. What was typed is kept. */
export function refused<T extends Record<string, unknown>>(form: SuperValidated<T, FormMessage>, problem: Problem) {
	const status = PROBLEMS[problem.code].status as ErrorStatus;
	const own = problem.errors?.filter((error) => error.field in form.data) ?? [];
	for (const error of own) setError(form, error.field as never, error.message, { status });
	form.valid = false;
	return message(form, { code: problem.code, detail: problem.detail }, { status });
}
