import * as v from 'valibot';
import type { GenericSchema } from 'valibot';
import { fail, ok, PROBLEMS } from '../../domain/problem.ts';
import type { FieldError, Problem, Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { isSafe, isSameOrigin } from '../auth/same-origin.ts';
import type { Input, Operation, Schema } from './operation.ts';
import { unexpected } from './unexpected.ts';

/** The part of a request event that the API reads. */
export type ApiEvent = {
	request: Request;
	url: URL;
	params: Partial<Record<string, string>>;
	locals: { app: App; actor: Actor | null; requestId: string };
};

/** A success: status, JSON body or a stream. */
export type Answer = { status: number; body?: unknown; stream?: ReadableStream; headers?: Record<string, string> };

type Handler<P extends Schema, Q extends Schema, H extends Schema, B extends Schema> = (
	context: Input<P, Q, H, B> & { app: App; actor: Actor; event: ApiEvent }
) => Promise<Result<Answer>>;

/** Largest JSON body of a call that is not an upload: a rationale and a rewrite fit many times over. */
const MAX_JSON_BYTES = 4 * 1024 * 1024;
/** Of a larger body, so much is read and thrown away before the connection is cut. */
const MAX_PASSED_OVER_BYTES = 64 * 1024 * 1024;

/** RFC 9457 problem document. */
export function problemResponse(problem: Problem, requestId?: string): Response {
	const { status, title } = PROBLEMS[problem.code];
	const retryAfter = problem.facts?.['retryAfter'];
	return new Response(
		JSON.stringify({
			type: `urn:plumbline:problem:${problem.code}`,
			title,
			status,
			detail: problem.detail,
			code: problem.code,
			...(problem.errors ? { errors: problem.errors } : {}),
			...problem.facts,
			...(requestId ? { instance: `urn:plumbline:request:${requestId}` } : {})
		}),
		{
			status,
			headers: {
				'content-type': 'application/problem+json',
				'cache-control': 'no-store',
				...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
				...(typeof retryAfter === 'number' ? { 'retry-after': String(retryAfter) } : {})
			}
		}
	);
}

/** Field errors in words, with paths like `responses[1].content`. */
export function fieldErrors(issues: readonly v.BaseIssue<unknown>[]): FieldError[] {
	return issues.map((issue) => {
		const path = (issue.path ?? []).map((item) => (typeof item.key === 'number' ? `[${item.key}]` : `.${String(item.key)}`)).join('');
		return { field: path.replace(/^\./, '') || 'body', message: issue.message };
	});
}

function check<T>(schema: GenericSchema | undefined, value: unknown, where: string): Result<T | undefined> {
	if (!schema) return ok(undefined);
	const parsed = v.safeParse(schema, value);
	if (parsed.success) return ok(parsed.output as T);
	const errors = fieldErrors(parsed.issues);
	return fail('invalid_input', `${errors[0]?.field ?? where}: ${errors[0]?.message ?? 'is not valid'}`, { errors });
}

/**
 * Reads on and keeps nothing. Cut off at once, the client would see a broken
 * connection instead of the reason; who sends much more than that is cut off.
 */
async function passOver(reader: ReadableStreamDefaultReader<Uint8Array>, most: number): Promise<void> {
	for (let left = most; left > 0; ) {
		const { done, value } = await reader.read();
		if (done) return;
		left -= value.byteLength;
	}
	await reader.cancel();
}

/** Whether a body was sent without a media type. The web framework hands on none of it: read as nothing, `{"keep": false}` would do the opposite of what it says. */
function isUnnamed({ headers }: Request): boolean {
	return !headers.get('content-type') && (Number(headers.get('content-length')) > 0 || headers.has('transfer-encoding'));
}

async function readJson(request: Request): Promise<Result<unknown>> {
	const reader = request.body?.getReader();
	if (!reader) return ok({});
	const chunks: Uint8Array[] = [];
	let size = 0;
	for (;;) {
		const { done, value } = await reader.read();
		if (done) break;
		size += value.byteLength;
		if (size > MAX_JSON_BYTES) {
			await passOver(reader, MAX_PASSED_OVER_BYTES - size);
			return fail('too_large', `The body is larger than ${MAX_JSON_BYTES} bytes.`);
		}
		chunks.push(value);
	}
	if (size === 0) return ok({});
	try {
		const text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
		return ok(JSON.parse(text) as unknown);
	} catch (error) {
		return fail('invalid_input', `body: not JSON in UTF-8 (${error instanceof Error ? error.message : 'unreadable'}).`, {
			errors: [{ field: 'body', message: 'send JSON in UTF-8' }]
		});
	}
}

/** A page of another site must not act with the reader's cookie; a bearer token cannot be sent by accident. */
function crossSite(event: ApiEvent, actor: Actor): boolean {
	return actor.via === 'session' && !isSafe(event.request.method) && !isSameOrigin(event.request, event.url.origin, event.locals.app.config.secureCookies);
}

/** A page says for whom it was made: after another person signed in, what a stale tab sends must wait for its own. */
function somebodyElse(event: ApiEvent, actor: Actor): boolean {
	const person = event.request.headers.get('x-plumbline-person');
	return actor.via === 'session' && person !== null && person !== actor.userId;
}

/** Makes a route handler: who asks, validate, one use case, map the result. */
export function serve<P extends Schema, Q extends Schema, H extends Schema, B extends Schema>(
	op: Operation<P, Q, H, B>,
	handler: Handler<P, Q, H, B>
): (event: ApiEvent) => Promise<Response> {
	return async (event) => {
		const { app, actor, requestId } = event.locals;
		const answer = await (async (): Promise<Result<Answer>> => {
			if (op.access !== 'public') {
				if (!actor) return fail('not_signed_in', 'Send “Authorization: Bearer <token>”, or sign in.');
				if (somebodyElse(event, actor)) return fail('not_signed_in', 'Somebody else has signed in on this browser since. Sign in again to send what is yours.');
				if (crossSite(event, actor)) return fail('cross_site', 'A signed-in page of another address sent this. Use a bearer token.');
			}
			if (op.body && isUnnamed(event.request)) return fail('unsupported_format', 'The body has no media type. Send it with “Content-Type: application/json”.');
			const params = check(op.params, event.params, 'path');
			if (!params.ok) return params;
			const query = check(op.query, Object.fromEntries(event.url.searchParams), 'query');
			if (!query.ok) return query;
			const headers = check(op.headers, Object.fromEntries(event.request.headers), 'headers');
			if (!headers.ok) return headers;
			const json = op.body ? await readJson(event.request) : ok(undefined);
			if (!json.ok) return json;
			const body = check(op.body, json.value, 'body');
			if (!body.ok) return body;
			const input = { params: params.value, query: query.value, headers: headers.value, body: body.value };
			return handler({ ...(input as Input<P, Q, H, B>), app, actor: actor as Actor, event });
		})().catch((error: unknown): Result<Answer> => {
			app.log.error({ err: error, requestId, operation: op.id }, 'unexpected');
			return { ok: false, problem: unexpected(error) };
		});
		if (!answer.ok) return problemResponse(answer.problem, requestId);
		const { status, body, stream, headers } = answer.value;
		const json = body === undefined ? null : JSON.stringify(body);
		return new Response(stream ?? json, {
			status,
			headers: { 'cache-control': 'no-store', ...(json === null ? {} : { 'content-type': 'application/json' }), ...headers }
		});
	};
}
