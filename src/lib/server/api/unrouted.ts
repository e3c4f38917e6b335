import { fail } from '../../domain/problem.ts';
import { problemResponse } from './serve.ts';

/** Whether programs ask here, who are answered with problem documents, and never with a page. */
export function isForPrograms(path: string): boolean {
	return path.startsWith('/api/') || isProbe(path);
}

/** Whether a balancer or a supervisor asks here, whoever they are, whether the process works. */
export function isProbe(path: string): boolean {
	return /^(\/api\/v1)?\/(healthz|readyz)$/.test(path);
}

function isReadable(path: string): boolean {
	try {
		// Its value is asked for: a call of which nothing is used is dropped when this is built.
		return decodeURI(path) !== '';
	} catch {
		return false;
	}
}

/** The answer at an address that is none. */
export function noRoute(path: string, requestId: string): Response {
	const { problem } = isReadable(path) ? fail('not_found', 'There is no such address. GET /api/v1/openapi.json lists those that there are.') : fail('invalid_input', 'The address holds a % that stands for no character.');
	return problemResponse(problem, requestId);
}

/** The answer to a method that an address does not take; which it takes stands in `Allow`. */
export function noMethod(method: string, allow: string | null, requestId: string): Response {
	const { problem } = fail('method_not_allowed', `${method} is not for this address; it takes ${allow ?? 'no method'}.`);
	const response = problemResponse(problem, requestId);
	if (allow !== null) response.headers.set('allow', allow);
	return response;
}
