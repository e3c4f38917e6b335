import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a scripted model server was asked. */
export type AskedOf = { path: string; authorization: string | null; body: Record<string, unknown> };

/** What it does: says words, one an event where it streams, or misbehaves. */
export type Behaviour =
	| { words: string[]; everyMs?: number; /** Holds a stream after its first word. */ after?: Promise<void>; message?: Record<string, unknown>; logprobs?: unknown; noDone?: boolean }
	| { status: number; headers?: Record<string, string>; body?: string }
	| 'HANG'
	| 'DRIP'
	| 'GARBAGE'
	| 'GARBAGE_LATER'
	| 'HUGE'
	| 'CUT'
	| 'HANG_LATER';

export type ModelServer = { baseUrl: string; asked: AskedOf[]; /** Requests whose client left before the answer was whole. */ left: () => number; underWay: () => number; /** Ends it with all its connections, as a killed process does. */ kill: () => Promise<void>; /** Starts it again on the same port. */ comeBack: () => Promise<void> };

const JSON_TYPE = { 'content-type': 'application/json' };
const usage = (words: string[]) => ({ prompt_tokens: 7, completion_tokens: words.length, total_tokens: 7 + words.length });

async function act(response: ServerResponse, { body, path }: AskedOf, does: Behaviour): Promise<void> {
	const chat = path.endsWith('/chat/completions');
	if (does === 'HANG') return;
	if (does === 'DRIP') {
		// Never silent, and never done.
		response.writeHead(200, JSON_TYPE);
		const drops = setInterval(() => response.write(' '), 5);
		return void response.on('close', () => clearInterval(drops));
	}
	if (typeof does === 'object' && 'status' in does) return void response.writeHead(does.status, { ...JSON_TYPE, ...does.headers }).end(does.body ?? '{"error":{"message":"no"}}');
	/** Told only who asks. */
	const logprobs = typeof does === 'object' && 'words' in does && does.logprobs !== undefined && body['logprobs'] === true ? { logprobs: does.logprobs } : {};
	if (body['stream'] !== true) {
		if (does === 'GARBAGE' || does === 'GARBAGE_LATER') return void response.writeHead(200, JSON_TYPE).end('<html>It works!</html>');
		if (does === 'HUGE') return void response.writeHead(200, JSON_TYPE).end(JSON.stringify({ choices: [{ message: { content: 'x'.repeat(11_000_000) } }] }));
		if (typeof does === 'string') return void response.writeHead(200, { ...JSON_TYPE, 'content-length': 1000 }).write('{"choices":', () => does === 'CUT' && response.destroy());
		const text = does.words.join('');
		const choice = chat ? { index: 0, message: does.message ?? { role: 'assistant', content: text }, finish_reason: does.message ? 'tool_calls' : 'stop', ...logprobs } : { index: 0, text, finish_reason: 'stop' };
		return void response.writeHead(200, JSON_TYPE).end(JSON.stringify({ id: 'theirs', object: chat ? 'chat.completion' : 'text_completion', created: 1, model: 'model', choices: [choice], usage: usage(does.words) }));
	}
	response.writeHead(200, { 'content-type': 'text/event-stream' });
	const event = (choices: unknown[], more: object = {}) => response.write(`data: ${JSON.stringify({ id: 'theirs', object: 'chat.completion.chunk', created: 1, model: 'model', choices, ...more })}\n\n`);
	const piece = (text: string, finish: string | null = null) => event([{ index: 0, ...(chat ? { delta: { content: text } } : { text }), ...(text === '' ? {} : logprobs), finish_reason: finish }]);
	if (does === 'GARBAGE') return void response.end('data: <html>\n\n');
	if (does === 'HUGE') return void response.end(`data: ${'x'.repeat(2_000_000)}`);
	if (typeof does === 'string') {
		piece('one');
		await sleep(20);
		if (does === 'CUT') response.destroy();
		else if (does === 'GARBAGE_LATER') response.end('data: not json\n\n');
		return;
	}
	for (const word of does.words) {
		piece(word);
		if (does.everyMs) await sleep(does.everyMs);
		await does.after;
		if (response.destroyed) return;
	}
	piece('', 'stop');
	event([], { usage: usage(does.words) });
	response.end(does.noDone ? undefined : 'data: [DONE]\n\n');
}

/** An OpenAI-compatible server on the loopback interface that serves one model under the name `m` and does what it is told. */
export async function startModelServer(script: (asked: AskedOf) => Behaviour): Promise<ModelServer> {
	const asked: AskedOf[] = [];
	let [left, underWay, port] = [0, 0, 0];
	const handle = (request: IncomingMessage, response: ServerResponse): void => {
		if (request.url?.endsWith('/models')) return void response.writeHead(200, JSON_TYPE).end('{"object":"list","data":[{"id":"m","object":"model"}]}');
		let text = '';
		request.on('data', (chunk: Buffer) => (text += chunk.toString()));
		request.on('end', () => {
			const one: AskedOf = { path: request.url ?? '', authorization: request.headers.authorization ?? null, body: JSON.parse(text) as Record<string, unknown> };
			asked.push(one);
			underWay += 1;
			response.on('close', () => {
				underWay -= 1;
				if (!response.writableFinished) left += 1;
			});
			void act(response, one, script(one));
		});
	};
	const begin = (): Promise<Server> =>
		new Promise((resolve, reject) => {
			const made = createServer(handle).once('error', reject);
			made.listen(port, '127.0.0.1', () => resolve(made));
		});
	let server = await begin();
	port = (server.address() as AddressInfo).port;
	return {
		baseUrl: `http://127.0.0.1:${port}/v1`,
		asked,
		left: () => left,
		underWay: () => underWay,
		kill: () =>
			new Promise((resolve) => {
				server.close(() => resolve());
				server.closeAllConnections();
			}),
		comeBack: async () => {
			server = await begin();
		}
	};
}
