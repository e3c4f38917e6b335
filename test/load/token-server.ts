/**
 * A model server that says 20 words a second on each stream, in a process of its own. Every word is the moment at which
 * it was said (CLOCK_MONOTONIC in nanoseconds, the same in all processes of a machine). Prints its port.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const EVERY_MS = 50;
const words = Number(process.argv[2] ?? 100);

const server = createServer((request, response) => {
	if (request.url?.endsWith('/models')) return void response.writeHead(200, { 'content-type': 'application/json' }).end('{"data":[{"id":"m"}]}');
	request.resume().on('end', () => {
		response.writeHead(200, { 'content-type': 'text/event-stream' });
		let said = 0;
		const say = (): void => {
			const last = ++said === words;
			response.write(`data: ${JSON.stringify({ id: 'x', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta: { content: String(process.hrtime.bigint()) }, finish_reason: last ? 'stop' : null }] })}\n\n`);
			if (!last) return;
			clearInterval(timer);
			response.end(`data: ${JSON.stringify({ id: 'x', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [], usage: { prompt_tokens: 5, completion_tokens: words } })}\n\ndata: [DONE]\n\n`);
		};
		const timer = setInterval(say, EVERY_MS);
		response.on('close', () => clearInterval(timer));
		say();
	});
});
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
