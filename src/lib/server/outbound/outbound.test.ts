import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, expect, it } from 'vitest';
import { parseAllowed } from './addresses.ts';
import { createOutbound } from './outbound.ts';
import type { Outbound, OutboundLimits } from './outbound.ts';

const opened: { servers: Server[]; outbounds: Outbound[] } = { servers: [], outbounds: [] };
afterEach(async () => {
	for (const outbound of opened.outbounds.splice(0)) await outbound.close();
	for (const server of opened.servers.splice(0)) {
		server.closeAllConnections();
		server.close();
	}
});

/** A server that answers as told, and what it was asked. */
async function serving(answer: (request: IncomingMessage, response: ServerResponse, body: string) => void) {
	const asked: { method: string; host: string; authorization: string | null; body: string }[] = [];
	const server = createServer((request, response) => {
		let body = '';
		request.on('data', (chunk: Buffer) => (body += chunk.toString()));
		request.on('end', () => {
			asked.push({ method: request.method ?? '', host: request.headers.host ?? '', authorization: request.headers.authorization ?? null, body });
			answer(request, response, body);
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	opened.servers.push(server);
	return { port: (server.address() as AddressInfo).port, asked };
}

function outbound(allow: string, limits: OutboundLimits = {}, names: Record<string, string[][]> = {}): Outbound {
	const setting = parseAllowed(allow);
	if (!setting) throw new Error('not read');
	const asked: Record<string, number> = {};
	const made = createOutbound(setting, limits, (host) => {
		const answers = names[host] ?? [];
		const turn = (asked[host] = (asked[host] ?? -1) + 1);
		return Promise.resolve((answers[Math.min(turn, answers.length - 1)] ?? []).map((address) => ({ address, family: address.includes(':') ? 6 : 4 })));
	});
	opened.outbounds.push(made);
	return made;
}

it('refuses what is inside, however it is written', async () => {
	const { fetch } = outbound('', {}, { 'inside.example': [['10.0.0.1']], 'both.example': [['1.1.1.1', '127.0.0.1']], 'nobody.example': [[]] });
	for (const host of ['127.0.0.1', '2130706433', '0x7f.1', '[::1]', '[::ffff:127.0.0.1]', '169.254.169.254', 'inside.example', 'both.example', 'nobody.example']) {
		await expect(fetch(`https://${host}/`), host).rejects.toMatchObject({ name: 'OutboundRefused', reason: 'address' });
	}
	await expect(fetch('file:///etc/passwd')).rejects.toMatchObject({ reason: 'scheme' });
});

it('sends nothing in the clear to the internet', async () => {
	const { fetch } = outbound('', {}, { 'open.example': [['1.1.1.1']] });
	await expect(fetch('http://open.example/')).rejects.toMatchObject({ reason: 'insecure' });
});

it('connects to the address it judged, not to what the name says later', async () => {
	const { port, asked } = await serving((_, response) => response.end('hello'));
	// The second look-up would lead elsewhere: only a resolver that is asked once stays here.
	const { fetch } = outbound('gpu.firm', {}, { 'gpu.firm': [['127.0.0.1'], ['10.255.255.1']] });
	const response = await fetch(`http://gpu.firm:${port}/v1`, { method: 'POST', body: '{"a":1}', headers: { authorization: 'Bearer k' } });
	expect([response.status, await response.text()]).toEqual([200, 'hello']);
	expect(asked).toEqual([{ method: 'POST', host: `gpu.firm:${port}`, authorization: 'Bearer k', body: '{"a":1}' }]);
});

it('judges every redirect like the first address', async () => {
	const { port } = await serving((_, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/latest/meta-data' }).end());
	const { fetch } = outbound('gpu.firm', {}, { 'gpu.firm': [['127.0.0.1']] });
	await expect(fetch(`http://gpu.firm:${port}/`)).rejects.toMatchObject({ reason: 'address' });
});

it('follows redirects as the standard says, without the key when it goes elsewhere', async () => {
	const there = await serving((_, response) => response.end('there'));
	const here = await serving((request, response) => {
		if (request.url === '/same') return response.writeHead(307, { location: '/end' }).end();
		if (request.url === '/away') return response.writeHead(307, { location: `http://127.0.0.1:${there.port}/` }).end();
		if (request.url === '/get') return response.writeHead(303, { location: '/end' }).end();
		if (request.url === '/loop') return response.writeHead(308, { location: '/loop' }).end();
		return response.end('here');
	});
	const { fetch } = outbound('127.0.0.1');
	const post = (path: string) => fetch(`http://127.0.0.1:${here.port}${path}`, { method: 'POST', body: 'words', headers: { authorization: 'Bearer k', 'content-type': 'text/plain' } });
	expect(await (await post('/same')).text()).toBe('here');
	expect(here.asked.at(-1)).toMatchObject({ method: 'POST', authorization: 'Bearer k', body: 'words' });
	expect(await (await post('/away')).text()).toBe('there');
	expect(there.asked.at(-1)).toMatchObject({ method: 'POST', authorization: null, body: 'words' });
	expect(await (await post('/get')).text()).toBe('here');
	expect(here.asked.at(-1)).toMatchObject({ method: 'GET', authorization: 'Bearer k', body: '' });
	await expect(post('/loop')).rejects.toMatchObject({ reason: 'redirects' });
});

it('reads no more than it is told, counted after unpacking', async () => {
	const { port } = await serving((_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('x'.repeat(1_000_000))));
	const response = await outbound('127.0.0.1', { maxBytes: 100_000 }).fetch(`http://127.0.0.1:${port}/`);
	await expect(response.text()).rejects.toMatchObject({ reason: 'too_large' });
	expect((await (await outbound('127.0.0.1').fetch(`http://127.0.0.1:${port}/`)).text()).length).toBe(1_000_000);
});

it('gives up after its time, before and in the body, and when the caller does', async () => {
	const { port } = await serving((request, response) => {
		if (request.url === '/body') response.writeHead(200).write('half');
	});
	const { fetch } = outbound('127.0.0.1', { timeoutMs: 100 });
	await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toMatchObject({ name: 'TimeoutError' });
	await expect((await fetch(`http://127.0.0.1:${port}/body`)).text()).rejects.toThrow();
	await expect(outbound('127.0.0.1').fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(50) })).rejects.toMatchObject({ name: 'TimeoutError' });
});
