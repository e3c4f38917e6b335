import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { createInferenceClient } from './client.ts';
import type { InferenceClientOptions } from './client.ts';

let server: Server | undefined;
afterEach(() => {
	server?.closeAllConnections();
	server?.close();
});

async function scripted(handle: (request: IncomingMessage, response: ServerResponse, count: number) => void, more: Partial<InferenceClientOptions> = {}) {
	let count = 0;
	server = createServer((request, response) => handle(request, response, ++count));
	await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	return { client: createInferenceClient({ baseUrl: `http://127.0.0.1:${port}/v1`, model: 'm', apiKey: 'sk-secret', backoffMs: 1, ...more }), count: () => count };
}
function answer(response: ServerResponse, text: string | null = 'hello', status = 200) {
	response.writeHead(status, { 'content-type': 'application/json' });
	response.end(JSON.stringify(status === 200 ? { choices: [{ message: { content: text }, finish_reason: 'length' }], usage: { prompt_tokens: 3, completion_tokens: 1 } } : { error: { message: 'sk-secret and the prompt' } }));
}
const ask = [{ role: 'user', content: 'hi' }] as const;
const sampling = { maxTokens: 5, temperature: 0 };

it('gives text, finish reason and usage', async () => {
	const { client } = await scripted((_, response) => answer(response));
	expect(await client.complete(ask, sampling)).toMatchObject({ ok: true, value: { text: 'hello', finish: 'length', promptTokens: 3, completionTokens: 1 } });
});

it('tries again when the server is busy or fails, and no more than told', async () => {
	const twice = await scripted((_, response, count) => answer(response, 'hello', [429, 500][count - 1] ?? 200));
	expect(await twice.client.complete(ask, sampling)).toMatchObject({ ok: true });
	expect(twice.count()).toBe(3);
	server?.close();
	const never = await scripted((_, response) => answer(response, '', 503), { retries: 1 });
	expect(await never.client.complete(ask, sampling)).toMatchObject({ ok: false, problem: { code: 'endpoint_busy' } });
	expect(never.count()).toBe(2);
});

it('does not repeat what was refused, and repeats no secret', async () => {
	const { client, count } = await scripted((_, response) => answer(response, '', 401));
	const result = await client.complete(ask, sampling);
	expect(result).toMatchObject({ ok: false, problem: { code: 'endpoint_denied', endpoint: true } });
	expect(JSON.stringify(result)).not.toContain('secret');
	expect(count()).toBe(1);
});

it('says that an answer has no text, and what it used', async () => {
	const { client } = await scripted((_, response) => answer(response, null));
	expect(await client.complete(ask, sampling)).toMatchObject({ ok: false, problem: { code: 'empty_answer', used: { promptTokens: 3, completionTokens: 1 } } });
});

it('gives up after the time limit', async () => {
	const { client } = await scripted(() => {}, { timeoutMs: 50, retries: 0 });
	expect(await client.complete(ask, sampling)).toMatchObject({ ok: false, problem: { code: 'endpoint_timeout' } });
});

it('says that nobody listens', async () => {
	const client = createInferenceClient({ baseUrl: 'http://127.0.0.1:9/v1', model: 'm', retries: 0 });
	expect(await client.complete(ask, sampling)).toMatchObject({ ok: false, problem: { code: 'endpoint_unreachable' } });
});

it('stops when asked to, while it waits for an answer and while it waits to try again', async () => {
	const hanging = await scripted(() => {});
	expect(await hanging.client.complete(ask, sampling, { signal: AbortSignal.timeout(50) })).toMatchObject({ ok: false, problem: { code: 'aborted' } });
	server?.closeAllConnections();
	server?.close();
	const busy = await scripted((_, response) => answer(response, '', 503), { backoffMs: 60_000 });
	expect(await busy.client.complete(ask, sampling, { signal: AbortSignal.timeout(50) })).toMatchObject({ ok: false, problem: { code: 'aborted' } });
});

it('asks at most so many at a time, in order', async () => {
	let now = 0;
	let most = 0;
	const { client } = await scripted((_, response) => {
		most = Math.max(most, ++now);
		setTimeout(() => {
			now -= 1;
			answer(response);
		}, 20);
	}, { concurrency: 3 });
	const results = await Promise.all(Array.from({ length: 10 }, () => client.complete(ask, sampling)));
	expect(results.every((result) => result.ok)).toBe(true);
	expect(most).toBe(3);
});

it('asks for the longest answer as the server wants it, and remembers how', async () => {
	const asked: Record<string, unknown>[] = [];
	const { client } = await scripted(
		(request, response) => {
			let body = '';
			request.on('data', (chunk) => (body += String(chunk)));
			request.on('end', () => {
				const sent = JSON.parse(body) as Record<string, unknown>;
				asked.push(sent);
				if (!('max_tokens' in sent)) return answer(response);
				response.writeHead(400, { 'content-type': 'application/json' });
				response.end(JSON.stringify({ error: { message: "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.", param: 'max_tokens', code: 'unsupported_parameter' } }));
			});
		},
		{ retries: 0 }
	);
	for (let time = 0; time < 2; time += 1) expect(await client.complete(ask, sampling)).toMatchObject({ ok: true });
	expect(asked.map((sent) => [sent['max_tokens'], sent['max_completion_tokens']])).toEqual([[5, undefined], [undefined, 5], [undefined, 5]]);
});

it('gives up where the server takes neither', async () => {
	const { client, count } = await scripted((_, response) => {
		response.writeHead(400, { 'content-type': 'application/json' });
		response.end(JSON.stringify({ error: { message: 'max_completion_tokens is too large' } }));
	});
	expect(await client.complete(ask, sampling)).toMatchObject({ ok: false, problem: { code: 'endpoint_refused' } });
	expect(count()).toBe(2);
});
