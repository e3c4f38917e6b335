import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { createRay } from './ray.ts';

const job = { name: 'scope:run.1', attempt: 'run.1', dir: '/tmp', argv: ['true'], resources: { nodes: 1, gpusPerNode: 0, cpusPerNode: 1 }, masterPort: 29500, graceSeconds: 1 };
const its = { submission_id: job.name, status: 'PENDING', metadata: { name: job.name } };

let server: Server | undefined;
afterEach(() => server?.closeAllConnections() as undefined);
async function answering(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
	server = createServer(answer);
	await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
	return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
const says = (response: ServerResponse, status: number, body: unknown) => response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body));

it('a cluster that is away does not fail the run', async () => {
	const address = await answering(() => undefined);
	await new Promise((resolve) => server?.close(resolve));
	expect(await createRay(address).submit(job)).toMatchObject({ ok: false, problem: { code: 'out_of_reach' } });
});

it.each([
	[503, 'out_of_reach'],
	[429, 'out_of_reach'],
	[400, 'start_failed']
])('an answer of %i is %s, in Ray’s words', async (status, code) => {
	const address = await answering(({ method }, response) => (method === 'POST' ? says(response, status, 'No agent for it.') : says(response, 404, 'unknown')));
	expect(await createRay(address).submit(job)).toMatchObject({ ok: false, problem: { code, message: expect.stringContaining('No agent for it.') as string } });
});

it('a job whose answer was lost is not asked for twice', async () => {
	const address = await answering(({ method, socket }, response) => (method === 'POST' ? socket.destroy() : says(response, 200, its)));
	expect(await createRay(address).submit(job)).toEqual({ ok: true, value: job.name });
});

it('a job of the same name that is somebody else’s is not taken for ours', async () => {
	const address = await answering(({ method }, response) => (method === 'POST' ? says(response, 400, 'already exists') : says(response, 200, { ...its, metadata: {} })));
	expect(await createRay(address).submit(job)).toMatchObject({ ok: false, problem: { code: 'start_failed' } });
});
