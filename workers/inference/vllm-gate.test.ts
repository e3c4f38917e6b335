import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { GATE } from './vllm-server.ts';

/** Sends each of the scopes through the gate to an app that answers all with 200; gives what came back first. */
const DRIVE = `
import asyncio, importlib, json, sys
module, name = sys.argv[1].rsplit('.', 1)
Gate = getattr(importlib.import_module(module), name)
async def app(scope, receive, send):
    await send({'type': 'passed', 'status': 200})
async def first(scope):
    sent = []
    async def send(event): sent.append(event)
    await Gate(app)({**scope, 'headers': [(n.encode(), v.encode()) for n, v in scope.get('headers', [])]}, None, send)
    return sent[0].get('status', sent[0]['type'])
print(json.dumps([asyncio.run(first(scope)) for scope in json.loads(sys.argv[2])]))
`;

type Scope = { type: string; path?: string; headers?: [string, string][] };

async function passed(scopes: readonly Scope[], key = 'right'): Promise<unknown> {
	const { stdout } = await promisify(execFile)('python3', ['-B', '-c', DRIVE, GATE.middleware, JSON.stringify(scopes)], { env: { PATH: process.env['PATH'], PYTHONPATH: GATE.folder, ...(key === '' ? {} : { VLLM_API_KEY: key }) } as unknown as NodeJS.ProcessEnv });
	return JSON.parse(stdout) as unknown;
}

const WITH_KEY: [string, string][] = [['host', 'h'], ['authorization', 'Bearer right']];
const http = (path: string, headers = WITH_KEY): Scope => ({ type: 'http', path, headers });

it('answers what is asked of it, with its key', async () => {
	expect(await passed([http('/v1/models'), http('/v1/chat/completions'), http('/v1/completions'), { type: 'lifespan' }])).toEqual([200, 200, 200, 200]);
});

it('has nothing else, whoever asks', async () => {
	const paths = ['/invocations', '/pause', '/update_weights', '/score', '/tokenize', '/v1/embeddings', '/v1/load_lora_adapter', '/metrics', '/docs', '/health', '/v1/models/', '/v1/models/x', '//v1/models', '/v1/../invocations', '/V1/models', '/'];
	expect(await passed(paths.map((path) => http(path)))).toEqual(paths.map(() => 404));
	expect(await passed([{ type: 'websocket', path: '/v1/realtime', headers: WITH_KEY }])).toEqual(['websocket.close']);
});

it('answers nobody without its key', async () => {
	const said: [string, string][][] = [[], [['authorization', 'right']], [['authorization', 'Bearer wrong']], [['authorization', 'Bearer ']], [['authorization', 'Bearer schlüssel']], [['x-api-key', 'right']], [...WITH_KEY, ['authorization', 'Bearer other']]];
	expect(await passed(said.flatMap((headers) => ['/v1/models', '/v1/chat/completions'].map((path) => http(path, headers))))).toEqual(said.flatMap(() => [401, 401]));
});

it('does not start without a key to ask for', async () => {
	await expect(passed([http('/v1/models')], '')).rejects.toThrow('KeyError');
});
