import type * as v from 'valibot';
import type { Problem } from '#lib/domain/problem.ts';
import { fieldErrors } from '#lib/server/api/serve.ts';

/** What a page put together and sent as JSON in one field of a form; null where it is none. */
export function sentJson(value: FormDataEntryValue | null): unknown {
	try {
		return typeof value === 'string' ? (JSON.parse(value) as unknown) : null;
	} catch {
		return null;
	}
}

/** What is wrong with what a form sent, by field; told in a sentence too where it is one thing. */
export function invalidForm(issues: readonly v.BaseIssue<unknown>[]): Problem {
	const errors = fieldErrors(issues);
	return { code: 'invalid_input', detail: errors.length === 1 ? `${errors[0]?.field}: ${errors[0]?.message}` : '', errors };
}
