import type { Result } from '#lib/domain/problem.ts';

/** The value of a step of the seed. @throws Error with the problem's own words: a seed that cannot go on must say so. */
export function valueOf<T>(result: Result<T>): T {
	if (result.ok) return result.value;
	const { code, detail, errors = [] } = result.problem;
	throw new Error(`${code}: ${detail}${errors.map(({ field, message }) => `\n  ${field}: ${message}`).join('')}`);
}
