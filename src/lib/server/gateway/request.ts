import type { IncomingMessage } from 'node:http';
import { invalid } from './problem.ts';
import type { GatewayProblem } from './problem.ts';

/** A call as a client sent it. What is in `body` besides is the server's to understand: tools, images, logprobs pass through. */
export type ModelCall = {
	kind: 'chat' | 'completion';
	model: string;
	stream: boolean;
	/** Whether the client wants the tokens counted at the end of its stream. */
	wantsUsage: boolean;
	/** Whose question it is, as the application says; null: it does not. */
	user: string | null;
	/** Whether servers are asked how sure they are, which the client did not: it is kept, and the client does not get it. */
	measures: boolean;
	body: Record<string, unknown>;
};

type Read<T> = { ok: true; value: T } | { ok: false; problem: GatewayProblem };

/** Reads a request's body; a problem past so many bytes. */
export async function readBody(request: IncomingMessage, most: number): Promise<Read<string>> {
	const tooLarge: Read<string> = { ok: false, problem: { status: 413, type: 'invalid_request_error', code: 'request_too_large', message: `The request is larger than ${Math.floor(most / 1e6)} MB.` } };
	if (Number(request.headers['content-length'] ?? 0) > most) return tooLarge;
	const chunks: Buffer[] = [];
	let bytes = 0;
	// Left early it is not destroyed: who sends it shall hear why.
	for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
		bytes += chunk.length;
		if (bytes > most) return tooLarge;
		chunks.push(chunk);
	}
	return { ok: true, value: Buffer.concat(chunks).toString('utf8') };
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
const text = (value: unknown, most: number): string | null => (typeof value === 'string' && value !== '' && value.length <= most ? value : null);

/** The object that a body is. */
function objectOf(json: string): Read<Record<string, unknown>> {
	let body: unknown;
	try {
		body = JSON.parse(json);
	} catch {
		return { ok: false, problem: invalid('invalid_json', 'The body is not JSON.') };
	}
	return isObject(body) ? { ok: true, value: body } : { ok: false, problem: invalid('invalid_json', 'The body is no JSON object.') };
}

/** Reads a call: of its body only what the gateway must know. */
export function parseCall(kind: ModelCall['kind'], json: string): Read<ModelCall> {
	const read = objectOf(json);
	if (!read.ok) return read;
	const body = read.value;
	const model = text(body['model'], 300);
	if (model === null) return { ok: false, problem: invalid('missing_model', '“model” must name a model, such as my-project/champion.', 'model') };
	if (kind === 'chat' && !Array.isArray(body['messages'])) return { ok: false, problem: invalid('missing_messages', '“messages” must be a list.', 'messages') };
	if (kind === 'completion' && body['prompt'] === undefined) return { ok: false, problem: invalid('missing_prompt', '“prompt” is missing.', 'prompt') };
	const options = body['stream_options'];
	return { ok: true, value: { kind, model, stream: body['stream'] === true, wantsUsage: isObject(options) && options['include_usage'] === true, user: text(body['user'], 512) ?? text(body['safety_identifier'], 512), measures: false, body } };
}

/** What was said of an answer, as an application sends it. */
export type SaidFeedback = { requestId: string; thumb: 'up' | 'down' | null; edit: string | null; comment: string | null };

const REQUEST_ID = /^(?:chatcmpl-|cmpl-)?([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})$/;
const MOST_EDIT = 200_000;
const MOST_COMMENT = 10_000;

/** Reads feedback: a request's id, as its header or its answer has it, and at least one of thumb, edit and comment. */
export function parseFeedback(json: string): Read<SaidFeedback> {
	const read = objectOf(json);
	if (!read.ok) return read;
	const body = read.value;
	const unknown = Object.keys(body).find((name) => !['request_id', 'thumb', 'edit', 'comment'].includes(name));
	if (unknown !== undefined) return { ok: false, problem: invalid('unknown_field', `“${unknown.slice(0, 100)}” is none of request_id, thumb, edit and comment.`, unknown.slice(0, 100)) };
	const requestId = typeof body['request_id'] === 'string' ? REQUEST_ID.exec(body['request_id'])?.[1] : undefined;
	if (requestId === undefined) return { ok: false, problem: invalid('invalid_request_id', '“request_id” must be the x-request-id of an answer, or its id.', 'request_id') };
	const thumb = body['thumb'] ?? null;
	if (thumb !== null && thumb !== 'up' && thumb !== 'down') return { ok: false, problem: invalid('invalid_thumb', '“thumb” is up or down.', 'thumb') };
	const words: Record<'edit' | 'comment', string | null> = { edit: null, comment: null };
	for (const [name, most] of [['edit', MOST_EDIT], ['comment', MOST_COMMENT]] as const) {
		const given = body[name] ?? null;
		if (given === null) continue;
		if (typeof given !== 'string' || given.trim() === '' || given.length > most || !isKept(JSON.stringify(given))) return { ok: false, problem: invalid(`invalid_${name}`, `“${name}” must be a text of at most ${most} characters.`, name) };
		words[name] = given;
	}
	if (thumb === null && words.edit === null && words.comment === null) return { ok: false, problem: invalid('empty_feedback', 'Say at least one of thumb, edit and comment.') };
	return { ok: true, value: { requestId, thumb, ...words } };
}

/** The body as a server gets it: under its own name of the model, and asked to count the tokens. */
export function bodyFor(call: ModelCall, model: string, stream: boolean): string {
	// What only the gateway reads, and who asks, is nobody else's business.
	const { user: _user, safety_identifier: _identifier, stream_options: options, ...rest } = call.body;
	return JSON.stringify({ ...rest, ...(call.measures ? { logprobs: true } : {}), model, stream, ...(stream ? { stream_options: { ...(isObject(options) ? options : {}), include_usage: true } } : {}) });
}

/** The conversation, where its words are kept: a bare prompt is one question. Null: it is larger than what is kept, or holds what no store takes. */
export function messagesOf(call: ModelCall): readonly unknown[] | null {
	const messages = call.kind === 'chat' ? call.body['messages'] : typeof call.body['prompt'] === 'string' ? [{ role: 'user', content: call.body['prompt'] }] : null;
	return Array.isArray(messages) && isKept(JSON.stringify(messages)) ? (messages as unknown[]) : null;
}

const MOST_KEPT = 1_000_000;

/** Whether the words of a JSON text can be kept: not too many, no NUL and no half of a surrogate pair, which PostgreSQL refuses. */
export function isKept(json: string): boolean {
	return json.length <= MOST_KEPT && !/\\u(0000|d[89a-f][0-9a-f]{2})/i.test(json);
}
