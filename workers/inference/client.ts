import { setTimeout as sleep } from 'node:timers/promises';
import OpenAI from 'openai';
import { createLimit } from './limit.ts';

export type ChatPart = { type: 'text'; text: string } | { type: 'image_url'; image_url: { url: string } };
export type ChatMessage = { role: 'system' | 'user' | 'assistant'; content: string | ChatPart[] };

export type Sampling = { maxTokens: number; temperature: number; topP?: number; seed?: number; stop?: string[] };

/** One answer. `finish` is `length` when the model was cut off. */
export type Completion = { text: string; finish: string; promptTokens: number | null; completionTokens: number | null; milliseconds: number };

export type InferenceProblem = {
	code: 'endpoint_unreachable' | 'endpoint_refused' | 'endpoint_timeout' | 'endpoint_busy' | 'endpoint_failed' | 'empty_answer' | 'aborted';
	message: string;
	hint: string;
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
	/** Further tries after the first one, with growing waits. */
	retries?: number;
	/** First wait; doubles each time, with jitter. */
	backoffMs?: number;
	fetch?: typeof globalThis.fetch;
};

export type InferenceClient = {
	complete(messages: readonly ChatMessage[], sampling: Sampling, options?: { signal?: AbortSignal }): Promise<CompletionResult>;
};

/** A client of any server that speaks OpenAI's chat completions. */
export function createInferenceClient(options: InferenceClientOptions): InferenceClient {
	const openai = new OpenAI({
		baseURL: options.baseUrl,
		apiKey: options.apiKey || 'none', // the library insists on one
		maxRetries: 0, // ours below tells what happened and can be aborted while it waits
		timeout: options.timeoutMs ?? 120_000,
		...(options.fetch ? { fetch: options.fetch } : {})
	});
	const limit = createLimit(options.concurrency ?? 4);
	const retries = options.retries ?? 3;

	async function once(messages: readonly ChatMessage[], sampling: Sampling, signal?: AbortSignal): Promise<CompletionResult> {
		const start = performance.now();
		const answer = await openai.chat.completions.create(
			{
				model: options.model,
				// The library's types let only the user send images; servers take them of every speaker.
				messages: [...messages] as OpenAI.ChatCompletionMessageParam[],
				max_tokens: sampling.maxTokens,
				temperature: sampling.temperature,
				...(sampling.topP === undefined ? {} : { top_p: sampling.topP }),
				...(sampling.seed === undefined ? {} : { seed: sampling.seed }),
				...(sampling.stop === undefined ? {} : { stop: sampling.stop })
			},
			{ signal }
		);
		const choice = answer.choices?.[0];
		if (typeof choice?.message?.content !== 'string') {
			return { ok: false, problem: { code: 'empty_answer', message: 'The model server answered without a text.', hint: 'Check that the endpoint serves chat completions for this model.' } };
		}
		return {
			ok: true,
			value: {
				text: choice.message.content,
				finish: choice.finish_reason ?? 'stop',
				promptTokens: answer.usage?.prompt_tokens ?? null,
				completionTokens: answer.usage?.completion_tokens ?? null,
				milliseconds: Math.round(performance.now() - start)
			}
		};
	}

	return {
		complete: (messages, sampling, { signal } = {}) =>
			limit(async () => {
				for (let attempt = 0; ; attempt += 1) {
					if (signal?.aborted) return aborted();
					try {
						return await once(messages, sampling, signal);
					} catch (error) {
						if (signal?.aborted) return aborted();
						const { problem, again, afterMs } = explainError(error);
						if (!again || attempt >= retries) return { ok: false, problem };
						const wait = (options.backoffMs ?? 500) * 2 ** attempt * (0.5 + Math.random());
						await sleep(Math.max(wait, afterMs), undefined, { signal }).catch(() => {});
					}
				}
			})
	};
}

function aborted(): CompletionResult {
	return { ok: false, problem: { code: 'aborted', message: 'The generation was cancelled.', hint: 'Start it again.' } };
}

/** What went wrong, in words without the server's own text, which may quote a prompt or a key. */
function explainError(error: unknown): { problem: InferenceProblem; again: boolean; afterMs: number } {
	if (error instanceof OpenAI.APIConnectionTimeoutError) {
		return { problem: { code: 'endpoint_timeout', message: 'The model server did not answer in time.', hint: 'Ask for shorter answers, or fewer at a time.' }, again: true, afterMs: 0 };
	}
	if (error instanceof OpenAI.APIConnectionError) {
		return { problem: { code: 'endpoint_unreachable', message: 'The model server cannot be reached.', hint: 'Check its address and that it runs.' }, again: true, afterMs: 0 };
	}
	if (error instanceof OpenAI.APIError && typeof error.status === 'number') {
		const status = error.status;
		if (status === 429 || status === 503) {
			const seconds = Number(error.headers?.get?.('retry-after') ?? 0);
			const afterMs = Number.isFinite(seconds) ? Math.min(seconds, 60) * 1000 : 0;
			return { problem: { code: 'endpoint_busy', message: `The model server is busy (status ${status}).`, hint: 'Ask for fewer answers at a time.' }, again: true, afterMs };
		}
		if (status >= 500 || status === 408) return { problem: { code: 'endpoint_failed', message: `The model server failed (status ${status}).`, hint: 'Look at its log.' }, again: true, afterMs: 0 };
		return { problem: { code: 'endpoint_refused', message: `The model server refused the request (status ${status}).`, hint: 'Check model name, key and length of the prompt.' }, again: false, afterMs: 0 };
	}
	if (error instanceof SyntaxError) return { problem: { code: 'endpoint_failed', message: 'The model server answered with something that is not JSON.', hint: 'Check that the address ends with /v1.' }, again: false, afterMs: 0 };
	throw error;
}
