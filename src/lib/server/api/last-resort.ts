import { PROBLEMS } from '../../domain/problem.ts';
import type { Problem } from '../../domain/problem.ts';

/** The part of a request event that decides how a page is answered. */
type Asked = { request: Request; isDataRequest: boolean; locals: { requestId: string } };

const SIGNS: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** The page of last resort has a place for a sentence, and none for a request's id. */
export const withId = (sentence: string, requestId: string) => `${sentence} (${requestId})`;

/**
 * A problem that is met before any route runs, said to whoever asked for a page: as an action's result to a form that a
 * page sends by itself, as JSON to a page that asks for data, as the `template` of last resort to people. Thrown instead,
 * it would pass by everything that is still to be set on the answer, and a form would say nothing.
 */
export function lastResort({ request, isDataRequest, locals: { requestId } }: Asked, problem: Problem, template: string): Response {
	const { status } = PROBLEMS[problem.code];
	const retryAfter = problem.facts?.['retryAfter'];
	const headers = { 'cache-control': 'no-store', ...(typeof retryAfter === 'number' ? { 'retry-after': String(retryAfter) } : {}) };
	const error = { code: problem.code, message: problem.detail, requestId };
	if (request.headers.get('x-sveltekit-action') === 'true') return Response.json({ type: 'error', status, error }, { status, headers });
	if (isDataRequest || !/text\/html|^$/.test(request.headers.get('accept') ?? '')) return Response.json(error, { status, headers });
	const values: Record<string, string> = { status: String(status), 'error.message': withId(problem.detail, requestId).replace(/[&<>"]/g, (sign) => SIGNS[sign] ?? sign) };
	const page = template.replace(/%sveltekit\.(status|error\.message)%/g, (_, name: string) => values[name] ?? '');
	return new Response(page, { status, headers: { ...headers, 'content-type': 'text/html; charset=utf-8' } });
}
