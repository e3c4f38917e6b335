import { setTimeout as sleep } from 'node:timers/promises';
import OpenAI from 'openai';
import { createLimit } from './limit.ts';

export type ChatPart = { type: 'text'; text: string } | { type: 'image_url'; image_url: { url: string } };
export type ChatMessage = { role: 'system' | 'user' | 'assistant'; content: string | ChatPart[] };

export type Sampling = { maxTokens: number; temperature: number; topP?: number; seed?: number; stop?: string[] };

/** One answer. `finish` is `length` when the model was cut off. */
export type Completion = { text: string; finish: string; promptTokens: number | null; completionTokens: number | null; milliseconds: number };

export type InferenceProblem = {
	code: 'endpoint_unreachable' | 'endpoint_denied' | 'endpoint_refused' | 'answer_too_large' | 'endpoint_timeout' | 'endpoint_busy' | 'endpoint_failed' | 'empty_answer' | 'aborted';
	message: string;
	hint: string;
	/** Whether another question would fare no better. */
	endpoint?: true;
	/** What the server says it used all the same. */
	used?: Pick<Completion, 'promptTokens' | 'completionTokens'>;
};

export type CompletionResult = { ok: true; value: Completion } | { ok: false; problem: InferenceProblem };

export type InferenceClientOptions = {
	/** Ends with `/v1`. */
	baseUrl: string;
	model: string;
	/** Stays out of logs and problems. */
	apiKey?: string;
	concurrency?: number;
	timeoutMs?: number;
	/** Further tries after the first one, with growing waits; at most one where the time ran out, which took long enough. */
	retries?: number;
	/** First wait; doubles each time, with jitter. */
	backoffMs?: number;
	fetch?: typeof globalThis.fetch;
};

export type InferenceClient = {
	complete(messages: readonly ChatMessage[], sampling: Sampling, options?: { signal?: AbortSignal }): Promise<CompletionResult>;
};

/** Longest wait between two tries, whatever the server asks for. */
const MOST_WAIT_MS = 60_000;

/** How the longest answer is asked for: as all servers take it, or as newer ones of reasoning models want it in its place. */
type LimitField = 'max_tokens' | 'max_completion_tokens';

/** A client of any server that speaks OpenAI's chat completions. */
export function createInferenceClient(options: InferenceClientOptions): InferenceClient {
	/** Until when a busy server asked everybody to wait, not only whose request it refused. */
	let busyUntil = 0;
	/** What the server takes, once it has refused the other. */
	let limitField: LimitField = 'max_tokens';
	const openai = new OpenAI({
		baseURL: options.baseUrl,
		apiKey: options.apiKey || 'none', // the library insists on one
		maxRetries: 0, // ours below tells what happened and can be aborted while it waits
		timeout: options.timeoutMs ?? 120_000,
		...(options.fetch ? { fetch: options.fetch } : {})
	});
	const limit = createLimit(options.concurrency ?? 4);
	const retries = options.retries ?? 3;

	async function once(messages: readonly ChatMessage[], sampling: Sampling, field: LimitField, signal?: AbortSignal): Promise<CompletionResult> {
		const start = performance.now();
		const answer = await openai.chat.completions.create(
			{
				model: options.model,
				// The library's types let only the user send images; servers take them of every speaker.
				messages: [...messages] as OpenAI.ChatCompletionMessageParam[],
				[field]: sampling.maxTokens,
				temperature: sampling.temperature,
				...(sampling.topP === undefined ? {} : { top_p: sampling.topP }),
				...(sampling.seed === undefined ? {} : { seed: sampling.seed }),
				...(sampling.stop === undefined ? {} : { stop: sampling.stop })
			},
			{ signal }
		);
		const choice = answer.choices?.[0];
		const used = { promptTokens: answer.usage?.prompt_tokens ?? null, completionTokens: answer.usage?.completion_tokens ?? null };
		if (typeof choice?.message?.content !== 'string') {
			return { ok: false, problem: { code: 'empty_answer', used, message: 'The model server answered without a text.', hint: 'Check that the endpoint serves chat completions for this model.' } };
		}
		return {
			ok: true,
			value: {
				text: choice.message.content,
				finish: choice.finish_reason ?? 'stop',
				...used,
				milliseconds: Math.round(performance.now() - start)
			}
		};
	}

	return {
		complete: (messages, sampling, { signal } = {}) =>
			limit(async () => {
				for (let attempt = 0; ; attempt += 1) {
					const pause = busyUntil - performance.now();
					if (pause > 0) await sleep(pause, undefined, { signal }).catch(() => {});
					if (signal?.aborted) return aborted();
					const field = limitField;
					try {
						return await once(messages, sampling, field, signal);
					} catch (error) {
						if (signal?.aborted) return aborted();
						if (field === 'max_tokens' && wantsOtherLimit(error)) {
							limitField = 'max_completion_tokens';
							// No try was lost: the server only said how it wants to be asked.
							attempt -= 1;
							continue;
						}
						const { problem, again, afterMs } = explainError(error);
						if (afterMs > 0) busyUntil = Math.max(busyUntil, performance.now() + afterMs);
						if (!again || attempt >= (problem.code === 'endpoint_timeout' ? Math.min(1, retries) : retries)) return { ok: false, problem };
						const wait = Math.min(MOST_WAIT_MS, (options.backoffMs ?? 500) * 2 ** attempt * (0.5 + Math.random()));
						await sleep(Math.max(wait, afterMs), undefined, { signal }).catch(() => {});
					}
				}
			})
	};
}

/** Whether a refusal names the other way to ask for the longest answer. */
const wantsOtherLimit = (error: unknown): boolean => error instanceof OpenAI.APIError && error.status === 400 && error.message.includes('max_completion_tokens');

function aborted(): CompletionResult {
	return { ok: false, problem: { code: 'aborted', message: 'The generation was cancelled.', hint: 'Start it again.' } };
}

/** What went wrong, in words without the server's own text, which may quote a prompt or a key. */
function explainError(error: unknown): { problem: InferenceProblem; again: boolean; afterMs: number } {
	if (error instanceof OpenAI.APIConnectionTimeoutError) {
		return { problem: { code: 'endpoint_timeout', message: 'The model server did not answer in time.', hint: 'Ask for shorter answers, or fewer at a time.' }, again: true, afterMs: 0 };
	}
	const refusal = outboundRefusal(error);
	if (refusal?.reason === 'too_large') return { problem: { code: 'answer_too_large', message: 'The answer was larger than anything we read.', hint: 'Ask for shorter answers.' }, again: false, afterMs: 0 };
	if (refusal) return { problem: { code: 'endpoint_denied', endpoint: true, message: refusal.message, hint: 'Check the address; servers of the house must be allowed by the setting PLUMBLINE_INHOUSE_HOSTS.' }, again: false, afterMs: 0 };
	if (error instanceof OpenAI.APIConnectionError) {
		return { problem: { code: 'endpoint_unreachable', endpoint: true, message: 'The model server cannot be reached.', hint: 'Check its address and that it runs.' }, again: true, afterMs: 0 };
	}
	if (error instanceof OpenAI.APIError && typeof error.status === 'number') {
		const status = error.status;
		if (status === 429 || status === 503) {
			const afterMs = retryAfterMs(error.headers?.get?.('retry-after') ?? null);
			return { problem: { code: 'endpoint_busy', message: `The model server is busy (status ${status}).`, hint: 'Ask for fewer answers at a time.' }, again: true, afterMs };
		}
		if (status >= 500 || status === 408) return { problem: { code: 'endpoint_failed', message: `The model server failed (status ${status}).`, hint: 'Look at its log.' }, again: true, afterMs: 0 };
		if (status === 401 || status === 403 || status === 404) return { problem: { code: 'endpoint_denied', endpoint: true, message: `The model server does not take the key, or does not know the model (status ${status}).`, hint: 'Check address, model name and key.' }, again: false, afterMs: 0 };
		return { problem: { code: 'endpoint_refused', message: `The model server refused the request (status ${status}).`, hint: 'Check the length of the prompt, and what the server says of its settings.' }, again: false, afterMs: 0 };
	}
	if (error instanceof SyntaxError) return { problem: { code: 'endpoint_failed', message: 'The model server answered with something that is not JSON.', hint: 'Check that the address ends with /v1.' }, again: false, afterMs: 0 };
	// What ends a body in its middle: our own time limit, or the other side.
	if (error instanceof Error && error.name === 'TimeoutError') return { problem: { code: 'endpoint_timeout', message: 'The model server did not answer in time.', hint: 'Ask for shorter answers, or fewer at a time.' }, again: true, afterMs: 0 };
	if (error instanceof TypeError) return { problem: { code: 'endpoint_failed', message: 'The model server broke its answer off.', hint: 'Look at its log.' }, again: true, afterMs: 0 };
	throw error;
}

/** Milliseconds of a Retry-After header, in seconds or as a date. 0: it says nothing to go by. */
function retryAfterMs(header: string | null): number {
	if (header === null || header.trim() === '') return 0;
	const ms = Number.isFinite(Number(header)) ? Number(header) * 1000 : Date.parse(header) - Date.now();
	return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), MOST_WAIT_MS) : 0;
}

/** Why our own fetch did not go there or did not read on, wherever in an error's causes it says so. */
function outboundRefusal(error: unknown): { reason: unknown; message: string } | null {
	for (let e: unknown = error, depth = 0; e instanceof Error && depth < 5; e = e.cause, depth++) if (e.name === 'OutboundRefused' && 'reason' in e) return { reason: e.reason, message: e.message };
	return null;
}
