import { once } from 'node:events';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createGatewayServer } from './http.ts';
import type { GatewayServer, Serving } from './http.ts';

/** Of the shape of a key. */
const KEY = `plb_${'k'.repeat(43)}`;
const MEGABYTE = Buffer.alloc(1_000_000, 'x');
let gateway: GatewayServer;
let port = 0;

beforeAll(async () => {
	const serving: Partial<Serving> = {
		directory: { keyWith: () => Promise.resolve({ id: 'k' }), isThere: () => true } as unknown as Serving['directory'],
		limits: () => Promise.resolve({ headers: {}, problem: null }),
		log: { warn: () => undefined, error: () => undefined },
		mostBytes: 1_000_000
	};
	gateway = createGatewayServer(serving as Serving);
	gateway.server.listen(0, '127.0.0.1');
	await once(gateway.server, 'listening');
	port = (gateway.server.address() as AddressInfo).port;
});
afterAll(() => gateway.stop(0));

/** Sends so many megabytes to the last and then reads, as a simple client does; gives what it was answered, or how its connection broke. */
async function upload(megabytes: number, told: boolean, key = KEY): Promise<unknown> {
	const socket = connect(port, '127.0.0.1');
	const broke = new Promise<string>((resolve) => socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message)));
	const sent = (async () => {
		const head = ['POST /v1/chat/completions HTTP/1.1', 'Host: gateway', `Authorization: Bearer ${key}`, 'Connection: close', told ? `Content-Length: ${megabytes * MEGABYTE.length}` : 'Transfer-Encoding: chunked'];
		socket.write(`${head.join('\r\n')}\r\n\r\n`);
		for (let i = 0; i < megabytes; i++) {
			const piece = told ? MEGABYTE : Buffer.concat([Buffer.from(`${MEGABYTE.length.toString(16)}\r\n`), MEGABYTE, Buffer.from('\r\n')]);
			if (!socket.write(piece)) await once(socket, 'drain');
		}
		if (!told) socket.write('0\r\n\r\n');
		const answer = (await socket.toArray()).join('');
		return [Number(answer.split(' ')[1]), /"code":"(\w+)"/.exec(answer)?.[1]];
	})();
	return Promise.race([broke, sent.catch(() => broke)]);
}

it('says why it takes no large request, whether its length is told or not, instead of cutting it off', async () => {
	expect(await upload(12, false)).toEqual([413, 'request_too_large']);
	expect(await upload(12, true)).toEqual([413, 'request_too_large']);
	expect(await upload(12, false, 'plb_nobody')).toEqual([401, 'invalid_api_key']);
	expect(await upload(1, false)).toEqual([400, 'invalid_json']);
});
