import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a scripted model server was asked. */
export type Asked = { model: string; question: string; temperature: number; seed: number; authorization: string; /** All that was sent. */ whole: string };

/** What it does: says a text, or misbehaves. */
export type Does = string | { /** All its tokens went into thinking. */ thought: '' | null; tokens: number } | { status: number; retryAfter?: string } | 'HANG' | 'GARBAGE' | 'HUGE' | 'CUT' | 'NOTHING';

export type ChatServer = { baseUrl: string; asked: Asked[]; /** Questions under way now, and the most there ever were. */ load: () => { now: number; most: number }; close: () => Promise<void> };

const body = (text: string | null, promptTokens: number, tokens = text?.length ?? 0) => JSON.stringify({ choices: [{ message: { role: 'assistant', content: text }, finish_reason: 'stop' }], usage: { prompt_tokens: promptTokens, completion_tokens: tokens } });

function act(response: ServerResponse, does: Does): void {
	const json = { 'content-type': 'application/json' };
	if (does === 'HANG') return;
	if (does === 'CUT') {
		response.writeHead(200, { ...json, 'content-length': 1000 }).write('{"choices":');
		setTimeout(() => response.destroy(), 5);
	} else if (does === 'GARBAGE') response.writeHead(200, json).end('<html>It works!</html>');
	else if (does === 'HUGE') response.writeHead(200, json).end(body('x'.repeat(10_000_000), 10));
	else if (does === 'NOTHING') response.writeHead(200, json).end(body(null, 10));
	else if (typeof does === 'string') response.writeHead(200, json).end(body(does, 10));
	else if ('thought' in does) response.writeHead(200, json).end(body(does.thought, 10, does.tokens));
	else response.writeHead(does.status, { ...json, ...(does.retryAfter === undefined ? {} : { 'retry-after': does.retryAfter }) }).end('{"error":{"message":"no"}}');
}

/** An OpenAI-compatible server on the loopback interface that does what it is told. `times`: how often it was asked this before. */
export async function startChatServer(script: (asked: Asked, times: number) => Does | Promise<Does>): Promise<ChatServer> {
	const asked: Asked[] = [];
	let [now, most] = [0, 0];
	const server = createServer((request, response) => {
		let text = '';
		request.on('data', (chunk: Buffer) => (text += chunk.toString()));
		request.on('end', () => {
			const { model, messages, temperature, seed } = JSON.parse(text) as { model: string; messages: { content: string }[]; temperature: number; seed: number };
			const one: Asked = { model, question: messages.at(-1)?.content ?? '', temperature, seed, authorization: request.headers.authorization ?? '', whole: text };
			const times = asked.filter((each) => each.model === model && each.question === one.question && each.seed === seed).length;
			asked.push(one);
			most = Math.max(most, ++now);
			response.on('close', () => (now -= 1));
			void Promise.resolve(script(one, times)).then((does) => act(response, does));
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return {
		baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
		asked,
		load: () => ({ now, most }),
		close: () =>
			new Promise((resolve) => {
				server.closeAllConnections();
				server.close(() => resolve());
			})
	};
}
