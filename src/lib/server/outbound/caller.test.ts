import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createCaller } from './caller.ts';

const NOBODY = { names: [], ranges: [] };
const caller = createCaller(NOBODY);
const server = createServer((_, response) => response.end('here'));
let port: number;
beforeAll(async () => {
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	port = (server.address() as AddressInfo).port;
});
afterAll(async () => {
	await caller.close();
	server.close();
});

const open = (address: string, ours?: boolean) => caller.open(address, { method: 'GET', headers: {}, signal: AbortSignal.timeout(5000), patienceMs: 1000, ...(ours === undefined ? {} : { ours }) });

it('calls a server in the house only where a worker of ours said that it is there', async () => {
	for (const host of ['127.0.0.1', 'localhost']) {
		await expect(open(`http://${host}:${port}/v1`)).rejects.toMatchObject({ reason: 'refused' });
		expect(await text((await open(`http://${host}:${port}/v1`, true)).body)).toBe('here');
	}
});

it('calls nobody outside in the clear, and no cloud’s own address, whoever said so', async () => {
	for (const address of ['http://169.254.169.254/v1', 'http://1.1.1.1/v1']) await expect(open(address, true)).rejects.toMatchObject({ reason: 'refused' });
});
