import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freePort, startServer } from './start-server.ts';

/** Lists two models to whoever has the key; one of them answers with the status that it was told. */
const SERVER = `
import { createServer } from 'node:http';
const [port, status] = process.argv.slice(1).map(Number);
const [, , , says = ''] = process.argv;
createServer(async (request, response) => {
	if (request.headers.authorization !== 'Bearer key') return response.writeHead(401).end();
	if (request.url === '/v1/models') return response.end(JSON.stringify({ data: [{ id: 'base' }, { id: 'adapter' }] }));
	const { model, max_tokens: tokens } = JSON.parse((await request.toArray()).join(''));
	if (model === 'adapter') console.error(says);
	response.writeHead(request.url !== '/v1/completions' || tokens !== 1 ? 404 : model === 'adapter' ? status : 200).end('{}');
}).listen(port, '127.0.0.1');
`;

let dir: string;
beforeAll(async () => (dir = await mkdtemp(join(tmpdir(), 'plumbline-start-'))));
afterAll(() => rm(dir, { recursive: true, force: true }));

async function start(status: number, says = '') {
	const port = await freePort();
	const command = { argv: [process.execPath, '--input-type=module', '-e', SERVER, String(port), String(status), says], env: {}, cwd: dir, baseUrl: `http://127.0.0.1:${port}/v1`, models: ['base', 'adapter'], apiKey: 'key' };
	return startServer(command, { dir: join(dir, `${status}${says.length}`), marker: `start-${process.pid}-${status}-${says.length}`, selfTerminateSeconds: 60, readyTimeoutMs: 60_000 });
}

it('a server is ready once each of its models has answered', async () => {
	const started = await start(200);
	expect(started).toMatchObject({ ok: true });
	if (!started.ok) return;
	expect([await started.value.says(AbortSignal.timeout(60_000)), await started.value.says(AbortSignal.abort())]).toEqual(['token', 'silent']);
	await started.value.stop(0);
});

it('a server whose adapter does not load is not, though it lists it', async () => {
	expect(await start(500)).toMatchObject({ ok: false, problem: { code: 'server_mute', message: 'The model server lists adapter and does not answer by it (status 500).' } });
});

it('tells weights that no further try would load from what may pass', async () => {
	const said = 'A request failed: RuntimeError\n  /peft/save_and_load.py:583 in set_peft_model_state_dict\n  /torch/nn/modules/module.py:2624 in load_state_dict\n';
	expect(await start(500, said)).toMatchObject({ ok: false, problem: { code: 'broken_model', message: expect.stringMatching(/^The model server does not answer by adapter\. The weights cannot be loaded/) } });
});
