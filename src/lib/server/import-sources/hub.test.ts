import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { hubReader } from './hub.ts';

const COMMIT = 'c0ffee'.padEnd(40, '0');
const NO_LIST = { name: 'SourceTrouble', again: true, message: expect.stringContaining('no list of files') as string };

const ended: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
	for (const end of ended.splice(0)) await end();
});

/** A reader of a hub that answers so. */
async function readerOf(hub: 'hf' | 'modelscope', answers: RequestListener) {
	const server = createServer(answers);
	await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
	const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	const reader = hubReader({ hub, repo: 'firm/feedback', commit: COMMIT, prefix: '' }, { endpoint, token: null }, { names: [], ranges: [] });
	ended.push(reader.close, () => {
		server.closeAllConnections();
		return new Promise((done) => server.close(done));
	});
	return reader;
}
const json = (body: unknown, headers: Record<string, string> = {}): RequestListener => (_, response) => void response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
const inFace = (entry: object) => [{ type: 'file', path: 'a.jsonl', oid: '1'.repeat(40), size: 3, ...entry }];
const inScope = (entry: object) => ({ Code: 200, Success: true, Data: { Files: [{ Path: 'a.jsonl', Type: 'blob', Size: 3, ...entry }] } });

it.each([
	['hf', 'an address that is none', json(inFace({}), { link: '<http://[>; rel="next"' })],
	['hf', 'a name that no database keeps', json(inFace({ oid: 'a\0' }))],
	['modelscope', 'a time that is none', json(inScope({ CommittedDate: 1e15 }))],
	['modelscope', 'a name that no database keeps', json(inScope({ Revision: 'a\0' }))]
] as const)('of %s is believed nothing: %s', async (hub, _, answers) => {
	const reader = await readerOf(hub, answers);
	await expect(reader.list('', { after: null, limit: 10 })).rejects.toMatchObject(NO_LIST);
});

it('is not looked through for a file by who goes down, however many pages there are', async () => {
	const down = new AbortController();
	let pages = 0;
	const reader = await readerOf('modelscope', (request, response) => {
		pages += 1;
		if (pages === 3) down.abort();
		json({ Data: { Files: Array.from({ length: 200 }, (__, i) => ({ Path: `${pages}-${i}.jsonl`, Type: 'blob', Size: 3 })) } })(request, response);
	});
	await expect(reader.open('a.jsonl', down.signal)).rejects.toMatchObject({ name: 'SourceTrouble', again: true });
	expect(pages).toBe(3);
});

it('may be read again from the beginning where it does not go on from a place', async () => {
	const body = 'x'.repeat(100_000);
	let asked = 0;
	let cut = () => undefined as void;
	const reader = await readerOf('modelscope', (request, response) => {
		if (request.url?.includes('/repo/tree')) return json(inScope({ Size: body.length }))(request, response);
		asked += 1;
		response.writeHead(200, { 'content-length': String(body.length) });
		if (asked > 1) return void response.end(body);
		response.write(body.slice(0, 50_000));
		cut = () => void response.destroy();
	});
	const file = await reader.open('a.jsonl');
	const read = async () => {
		let bytes = 0;
		for await (const chunk of file.read()) {
			bytes += chunk.byteLength;
			cut();
		}
		return bytes;
	};
	await expect(read()).rejects.toMatchObject({ name: 'SourceTrouble', again: true, message: expect.stringContaining('does not go on') as string });
	expect(await read()).toBe(body.length);
});
