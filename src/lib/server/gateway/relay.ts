import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { callFailure } from '../outbound/caller.ts';
import { isJson, parseJson } from './ask.ts';
import type { Json } from './ask.ts';
import { createConfidence, withoutLogprobs } from './confidence.ts';
import { BadStream } from './events.ts';
import { problemBody, serverTrouble } from './problem.ts';
import type { GatewayProblem } from './problem.ts';
import type { ModelCall } from './request.ts';
import { createMeter, tokensOf } from './usage.ts';
import type { Used } from './usage.ts';

/** How an answer went out. `left`: its client did not hear it out. `text`: of its first choice; null where it is none, or more than is kept. */
export type Relayed = Used & { problem: GatewayProblem | null; left: 'hung_up' | 'not_read' | null; /** How sure the model was, 0 to 1; null: its server did not say. */ confidence: number | null; text: string | null; firstAt: number | null };

/** A client that takes nothing of an answer so long, in milliseconds, is taken for gone: its server has others to answer. */
const MOST_UNREAD_MS = 30_000;

/** The names under which a client sees an answer: its request and the model that it asked for. */
export type Shown = { id: string; model: string };

/** What the first choice says: of a chat, a completion, or a piece of either. */
function saidIn(answer: Json): string | null {
	const choices = answer['choices'];
	const choice: unknown = Array.isArray(choices) ? choices.find((one) => isJson(one) && (one['index'] ?? 0) === 0) : null;
	if (!isJson(choice)) return null;
	const message = choice['message'] ?? choice['delta'];
	const said = isJson(message) ? message['content'] : choice['text'];
	return typeof said === 'string' ? said : null;
}

/** Sends a whole answer. */
export function relayWhole(response: ServerResponse, answer: Json, shown: Shown, call: ModelCall): Relayed {
	const body = Buffer.from(JSON.stringify({ ...(call.measures ? withoutLogprobs(answer) : answer), ...shown }));
	const confidence = createConfidence();
	confidence.take(answer);
	response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length, 'cache-control': 'no-store' }).end(body);
	return { problem: null, left: null, confidence: confidence.value(), ...tokensOf(answer['usage']), text: saidIn(answer), firstAt: performance.now() };
}

/** What of an answer beside another is kept: nobody is sent it. */
export function readUnseen(answer: Json): Pick<Relayed, 'promptTokens' | 'completionTokens' | 'text'> {
	return { ...tokensOf(answer['usage']), text: saidIn(answer) };
}

/** An event as the client gets it; null: it only counts tokens, which it did not ask for. */
function eventFor(event: Json, shown: Shown, { wantsUsage, measures }: ModelCall): string | null {
	const { usage, ...rest } = measures ? withoutLogprobs(event) : event;
	if (!wantsUsage && usage !== undefined && Array.isArray(event['choices']) && event['choices'].length === 0) return null;
	return `data: ${JSON.stringify({ ...rest, ...(wantsUsage && usage !== undefined ? { usage } : {}), ...shown })}\n\n`;
}

/**
 * Sends an answer as it comes, no faster than the client reads it. What breaks in
 * its middle is told in an event of its own, as clients expect it. Whatever ends it
 * early, what it used until then is counted.
 */
export async function relayStream(response: ServerResponse, of: { first: Json[]; rest: AsyncGenerator<string[]> }, shown: Shown, { call, signal, patienceMs }: { call: ModelCall; signal: AbortSignal; patienceMs: number }): Promise<Relayed> {
	const relayed: Pick<Relayed, 'text' | 'firstAt'> = { text: '', firstAt: null };
	const [meter, confidence] = [createMeter(), createConfidence()];
	const whole = (): Relayed => ({ ...relayed, problem: null, left: null, confidence: confidence.value(), ...(meter.told() ?? tokensOf(null)) });
	let [finished, unread] = [false, false];
	const take = (events: readonly Json[]): string => {
		let out = '';
		for (const event of events) {
			meter.take(event);
			confidence.take(event);
			if (relayed.text !== null) relayed.text = relayed.text.length > 1_000_000 ? null : relayed.text + (saidIn(event) ?? '');
			finished ||= Array.isArray(event['choices']) && event['choices'].some((choice) => isJson(choice) && typeof choice['finish_reason'] === 'string');
			out += eventFor(event, shown, call) ?? '';
		}
		return out;
	};
	const send = async (text: string): Promise<void> => {
		if (text === '') return;
		relayed.firstAt ??= performance.now();
		if (response.write(text)) return;
		const tired = AbortSignal.timeout(Math.min(patienceMs, MOST_UNREAD_MS));
		await once(response, 'drain', { signal: AbortSignal.any([signal, tired]) }).catch((error: unknown) => {
			unread = tired.aborted && !signal.aborted;
			throw error;
		});
	};
	response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store', 'x-accel-buffering': 'no' });
	try {
		await send(take(of.first));
		for (let next = await of.rest.next(); !next.done; next = await of.rest.next()) {
			const parsed = next.value.filter((data) => data !== '[DONE]').map(parseJson);
			const bad = parsed.findIndex((event) => event === null || !Array.isArray(event['choices']));
			await send(take((bad < 0 ? parsed : parsed.slice(0, bad)) as Json[]));
			if (bad >= 0) throw new BadStream('The model server broke off with something that is no part of an answer.');
			if (next.value.includes('[DONE]')) {
				response.end('data: [DONE]\n\n');
				// Read to its end the connection can be used again; a server that does not end it is not waited for.
				await Promise.race([of.rest.next().catch(() => undefined), sleep(200)]);
				return whole();
			}
		}
		if (!finished) throw new Error('The stream ended before the answer did.');
		response.end('data: [DONE]\n\n');
	} catch (error) {
		// They hung up, or hang on and read nothing: what the server was still writing is not waited for.
		if (unread) response.destroy();
		if (unread || signal.aborted) return { ...relayed, problem: null, left: unread ? 'not_read' : 'hung_up', confidence: null, ...meter.used(call) };
		// What comes after the last piece is no part of the answer.
		if (finished) {
			response.end('data: [DONE]\n\n');
			return whole();
		}
		const problem = error instanceof BadStream ? serverTrouble('bad_answer', error.message) : callFailure(error).reason === 'silent' ? serverTrouble('server_timeout', 'The model server said nothing more for too long.', 504) : serverTrouble('server_lost', 'The model server was lost in the middle of its answer.');
		response.end(`data: ${JSON.stringify(problemBody(problem))}\n\n`);
		return { ...relayed, problem, left: null, confidence: null, ...meter.used(call) };
	}
	return whole();
}
