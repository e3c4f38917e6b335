import { setTimeout as sleep } from 'node:timers/promises';
import type { Server } from '../db/deployments.ts';
import { CallFailed, callFailure } from '../outbound/caller.ts';
import type { Caller, Opened } from '../outbound/caller.ts';
import { BadStream, eventsOf } from './events.ts';
import type { Pool, ServerThere } from './pool.ts';
import { serverTrouble } from './problem.ts';
import type { GatewayProblem } from './problem.ts';
import { bodyFor } from './request.ts';
import type { ModelCall } from './request.ts';

/** Largest answer that is not a stream, in bytes. */
const MOST_ANSWER = 10_000_000;
/** Of a server's own error text so many bytes are read. */
const MOST_ERROR = 64_000;

export type Json = Record<string, unknown>;
/** An answer that has begun: whole, or as a stream whose first events are there. */
export type Begun = { server: Server; tries: number; leave: () => void; whole: Json } | { server: Server; tries: number; leave: () => void; first: Json[]; rest: AsyncGenerator<string[]> };

export type Asking = { caller: Caller; pool: Pool; keyOf: (server: Server) => Promise<string | null>; patienceMs: number };

/** What one server came to: an answer, what is wrong with the request itself, or why another one should be asked. */
type Outcome = { answer: { whole: Json } | { first: Json[]; rest: AsyncGenerator<string[]> } } | { final: GatewayProblem } | { next: GatewayProblem; silent?: boolean; cut?: boolean; busy?: boolean };

export const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/** JSON of a text; null: it is no object. */
export function parseJson(text: string): Json | null {
	try {
		const value: unknown = JSON.parse(text);
		return isJson(value) ? value : null;
	} catch {
		return null;
	}
}

/** The whole body as text; a BadStream past so many bytes. */
async function readWhole(body: AsyncIterable<Buffer>, most: number): Promise<string> {
	const chunks: Buffer[] = [];
	let bytes = 0;
	for await (const chunk of body) {
		bytes += chunk.length;
		if (bytes > most) throw new BadStream('The answer is larger than any that is passed on.');
		chunks.push(chunk);
	}
	return Buffer.concat(chunks).toString('utf8');
}

const garbled = () => serverTrouble('bad_answer', 'The model server answered with something that is no answer.');

/** What a status other than 200 comes to. A server's words go back only where they are about the request. */
async function refusal({ status, headers, body }: Opened): Promise<Outcome> {
	if (status === 400 || status === 413 || status === 422) {
		const said = parseJson(await readWhole(body, MOST_ERROR))?.['error'];
		const message = isJson(said) && typeof said['message'] === 'string' ? said['message'].slice(0, 2000) : 'The model server refused the request.';
		return { final: { status, type: 'invalid_request_error', code: 'request_refused', message } };
	}
	body.destroy();
	if (status === 429 || status === 503) return { next: { status: 429, type: 'rate_limit_error', code: 'servers_busy', message: 'The model servers are busy.', retryAfter: Math.min(60, Math.max(1, Math.ceil(Number(headers['retry-after'])) || 1)) }, busy: true };
	if (status >= 300 && status < 400) return { next: serverTrouble('server_redirects', 'The model server sends on to another address, which is not followed.') };
	if (status === 401 || status === 403) return { next: serverTrouble('server_denied', 'The model server does not take the key that it is registered with.') };
	if (status === 404) return { next: serverTrouble('server_lacks_model', 'The model server does not know the model that it is registered with.') };
	return { next: serverTrouble('server_failed', `The model server failed (status ${status}).`) };
}

/** Why reading an answer or opening a call ended. */
function broken(error: unknown): Outcome {
	if (error instanceof BadStream) return { next: serverTrouble('answer_too_large', error.message) };
	const failure = error instanceof CallFailed ? error : callFailure(error);
	if (failure.reason === 'silent') return { next: serverTrouble('server_timeout', 'The model server said nothing for too long.', 504), silent: true };
	if (failure.reason === 'refused') return { next: serverTrouble('server_not_allowed', 'The model server is at an address that may not be called.') };
	return { next: serverTrouble('server_unreachable', 'No model server can be reached. Try again in a moment.', 503), cut: true };
}

/** Asks one server, up to the first sign of an answer. One that cannot say how sure it is, is asked without. */
async function askOne(of: Asking, call: ModelCall, server: ServerThere, signal: AbortSignal): Promise<Outcome> {
	try {
		const key = await of.keyOf(server);
		const headers = { 'content-type': 'application/json', 'accept-encoding': 'identity', ...(key === null ? {} : { authorization: `Bearer ${key}` }) };
		const opened = await of.caller.open(`${server.baseUrl}/${call.kind === 'chat' ? 'chat/completions' : 'completions'}`, { method: 'POST', headers, body: bodyFor(call, server.model, call.stream), signal, patienceMs: of.patienceMs, ours: server.ours });
		if (call.measures && (opened.status === 400 || opened.status === 422)) {
			opened.body.destroy();
			return await askOne(of, { ...call, measures: false }, server, signal);
		}
		if (opened.status !== 200) return await refusal(opened);
		if (!call.stream) {
			const whole = parseJson(await readWhole(opened.body, MOST_ANSWER));
			return whole && Array.isArray(whole['choices']) ? { answer: { whole } } : { next: garbled() };
		}
		const rest = eventsOf(opened.body);
		const next = await rest.next();
		const events: string[] = next.done ? [] : next.value;
		const first = events.filter((data) => data !== '[DONE]').map(parseJson);
		if (first.length > 0 && first.every((event) => event !== null && Array.isArray(event['choices']))) return { answer: { first: first as Json[], rest: withEnd(rest, events.includes('[DONE]')) } };
		opened.body.destroy();
		return { next: garbled() };
	} catch (error) {
		if (signal.aborted) throw error;
		return broken(error);
	}
}

/** The rest of a stream whose end may have come with its beginning. */
async function* withEnd(rest: AsyncGenerator<string[]>, ended: boolean): AsyncGenerator<string[]> {
	if (ended) yield ['[DONE]'];
	yield* rest;
}

/**
 * Asks the servers of a checkpoint one after the other until one answers: nothing
 * has gone to the client until then. One that fails is asked later than others from
 * then on. Where all connections were cut the first is asked once more: a kept
 * connection may have been closed while the request was on its way. Throws what
 * `signal` was aborted with.
 */
export async function ask(of: Asking, call: ModelCall, choice: { order: readonly ServerThere[]; full: boolean }, signal: AbortSignal): Promise<Begun | { problem: GatewayProblem; tries: number; server: Server | null }> {
	let problem: GatewayProblem = choice.full
		? { status: 429, type: 'rate_limit_error', code: 'servers_busy', message: 'The model servers have no place left.', retryAfter: 1 }
		: serverTrouble('server_unreachable', 'No model server can be reached. Try again in a moment.', 503);
	let [tries, allCut] = [0, true];
	let last: Server | null = null;
	const again = choice.order[0];
	for (const server of [...choice.order, ...(again ? [again] : [])]) {
		if (tries === choice.order.length) {
			if (!allCut) break;
			await sleep(50, undefined, { signal });
		}
		tries += 1;
		last = server;
		const leave = of.pool.take(server.id);
		let kept = false;
		try {
			const outcome = await askOne(of, call, server, signal);
			if ('answer' in outcome) {
				of.pool.succeeded(server.id);
				kept = true;
				return { server, tries, leave, ...outcome.answer };
			}
			if ('final' in outcome) return { problem: outcome.final, tries, server };
			problem = outcome.next;
			allCut &&= outcome.cut === true;
			if (!outcome.busy) of.pool.failed(server.id, outcome.silent);
		} finally {
			if (!kept) leave();
		}
	}
	return { problem, tries, server: last };
}
