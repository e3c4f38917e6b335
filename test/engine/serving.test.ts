import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, inject, it } from 'vitest';
import { parseAllowed } from '#lib/server/outbound/addresses.ts';
import { createOutbound } from '#lib/server/outbound/outbound.ts';
import { OFFLINE_ENV, engineEnv } from '../../workers/engine/swift/engine-env.ts';
import { createInferenceClient } from '../../workers/inference/client.ts';
import { startServer } from '../../workers/inference/start-server.ts';
import { SERVER_BATCH, serverArgv, startSwiftServer, swiftCommand } from '../../workers/inference/swift-server.ts';
import { findOrphans } from '../../workers/process/groups.ts';
import { BENCHMARKS, benchmarked, scripted } from './benchmarked.ts';
import { throughGateway } from './through-gateway.ts';
import { must } from './train.ts';

it('a served model answers several requests at once, and its processes end with it', async () => {
	const { environment, model: tiny, dir } = inject('engine');
	const marker = `serving-${process.pid}`;
	const server = must(await startSwiftServer(environment, { model: tiny, dir: join(dir, 'server'), marker, selfTerminateSeconds: 120 }));
	try {
		const client = createInferenceClient({ baseUrl: server.baseUrl, model: server.model, apiKey: server.apiKey, concurrency: SERVER_BATCH, timeoutMs: 60_000 });
		const answers = await Promise.all(
			Array.from({ length: 10 }, (_, i) => client.complete([{ role: 'system', content: 'Be careful.' }, { role: 'user', content: `Question ${i}?` }], { maxTokens: 6, temperature: 0.7 }))
		);
		for (const answer of answers) {
			expect(answer).toMatchObject({ ok: true, value: { text: expect.any(String), completionTokens: expect.any(Number) } });
		}
		// As an endpoint of the house: through the fetch that judges addresses, with what a generation asks for, tokens counted.
		const outbound = createOutbound(parseAllowed('127.0.0.1') ?? { names: [], ranges: [] });
		const endpoint = createInferenceClient({ baseUrl: server.baseUrl, model: server.model, apiKey: server.apiKey, concurrency: 2, timeoutMs: 60_000, fetch: outbound.fetch });
		const asked = await Promise.all([0, 1].map((i) => endpoint.complete([{ role: 'user', content: `Question ${i}?` }], { maxTokens: 6, temperature: 0.7, topP: 0.95, seed: 7 })));
		await outbound.close();
		for (const answer of asked) expect(answer).toMatchObject({ ok: true, value: { text: expect.any(String), promptTokens: expect.any(Number), completionTokens: expect.any(Number) } });
		const refused = await createInferenceClient({ baseUrl: server.baseUrl, model: 'other', apiKey: server.apiKey, retries: 0 }).complete([{ role: 'user', content: 'x' }], { maxTokens: 1, temperature: 0 });
		expect(refused).toMatchObject({ ok: false, problem: { code: 'endpoint_refused' } });
		// Nobody else on the host asks it.
		for (const key of [undefined, 'another']) {
			const refusal = await fetch(`${server.baseUrl}/chat/completions`, { method: 'POST', headers: { 'content-type': 'application/json', ...(key === undefined ? {} : { authorization: `Bearer ${key}` }) }, body: JSON.stringify({ model: server.model, messages: [{ role: 'user', content: 'x' }], max_tokens: 1 }) });
			expect([refusal.status, await refusal.text()]).toEqual([401, expect.stringContaining('API key error')]);
		}
		// One request that the engine cannot compute, whole or streamed, takes neither those beside it nor the server with it.
		const post = (more: object) => fetch(`${server.baseUrl}/chat/completions`, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${server.apiKey}` }, body: JSON.stringify({ model: server.model, messages: [{ role: 'user', content: 'x' }], max_tokens: 4, ...more }), signal: AbortSignal.timeout(60_000) });
		const tooLong = { messages: [{ role: 'user', content: 'word '.repeat(20_000) }] };
		expect((await Promise.all([post({}), post(tooLong), post({}), post({})])).map(({ status }) => status)).toEqual([200, 400, 200, 200]);
		await expect(post({ stream: true, temperature: 1, repetition_penalty: -1.5 }).then((response) => response.text())).rejects.toThrow();
		expect((await post({ temperature: 1, repetition_penalty: -1.5 })).status).toBe(400);
		expect((await post({ stream: true })).status).toBe(200);
		expect(await readFile(join(dir, 'server', 'engine.log'), 'utf8')).not.toMatch(/Question \d|Traceback/);
		// And by an application: OpenAI's client for Python, through the gateway, whole and streamed.
		const { asked: model, text, ...said } = await throughGateway(environment.python, server);
		expect(said).toEqual({ models: true, model, counted: expect.any(Number) as number, streamed: text, streamed_counted: said.counted, plain: text, plain_usage: [], refused: 'model_not_found' });
		// And by EvalScope: a model that says nothing but line breaks scores nothing, and every question has its score.
		expect(await benchmarked(environment, server, BENCHMARKS.slice(1))).toEqual({ values: { choices: 0 }, left: 0 });
	} finally {
		await server.stop();
	}
	expect(await findOrphans(marker)).toEqual([]);
});

it('a server whose port was taken meanwhile ends, rather than answer where nobody asks', async () => {
	const { environment, model, dir } = inject('engine');
	const other = createServer();
	await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
	try {
		const { port } = other.address() as AddressInfo;
		const command = { argv: serverArgv(environment, { model, served: [{ name: 'm' }] }, { host: '127.0.0.1', port }), env: engineEnv(join(dir, 'cache'), { ...OFFLINE_ENV, PLUMBLINE_SERVER_KEY: 'key' }), cwd: environment.dir, baseUrl: `http://127.0.0.1:${port}/v1`, models: ['m'] };
		const started = await startServer(command, { dir: join(dir, 'taken'), marker: `taken-${process.pid}`, selfTerminateSeconds: 120, readyTimeoutMs: 120_000 });
		expect(started).toMatchObject({ ok: false, problem: { code: 'engine_failed' } });
		expect(await readFile(join(dir, 'taken', 'engine.log'), 'utf8')).toContain(`Port ${port} is taken.`);
	} finally {
		other.close();
	}
});

/** An adapter whose weights are for a narrower model than the one it would go on. */
async function misfit(folder: string): Promise<string> {
	await mkdir(folder, { recursive: true });
	await writeFile(join(folder, 'adapter_config.json'), JSON.stringify({ peft_type: 'LORA', task_type: 'CAUSAL_LM', base_model_name_or_path: 'tiny', r: 2, lora_alpha: 2, target_modules: ['q_proj'] }));
	const tensor = (place: number) => ({ dtype: 'F32', shape: [2, 2], data_offsets: [16 * place, 16 * (place + 1)] });
	const at = 'base_model.model.model.layers.0.self_attn.q_proj';
	const header = Buffer.from(JSON.stringify({ [`${at}.lora_A.weight`]: tensor(0), [`${at}.lora_B.weight`]: tensor(1) }));
	const length = Buffer.alloc(8);
	length.writeBigUInt64LE(BigInt(header.length));
	await writeFile(join(folder, 'adapter_model.safetensors'), Buffer.concat([length, header, Buffer.alloc(32)]));
	return folder;
}

it('a server of weights that do not fit their model says so, and that no further try would mend it', async () => {
	const { environment, model, dir } = inject('engine');
	const served = [{ name: 'base' }, { name: 'misfit', adapter: await misfit(join(dir, 'misfit')) }];
	const command = await swiftCommand(environment, { model, served }, { dir: join(dir, 'broken'), host: '127.0.0.1', apiKey: 'key', threads: 2 });
	const started = await startServer(command, { dir: join(dir, 'broken'), marker: `broken-${process.pid}`, selfTerminateSeconds: 120, readyTimeoutMs: 120_000 });
	expect(started).toMatchObject({ ok: false, problem: { code: 'broken_model', message: expect.stringContaining('does not answer by misfit') } });
});

it('benchmarks give an answer what it is worth', async () => {
	const server = await scripted('ANSWER: B\nNinety days.');
	try {
		const { values, left } = await benchmarked(inject('engine').environment, server, BENCHMARKS);
		// Two of four words, all of the right answer's: F = 2/3; of the other question nothing.
		expect(values).toEqual({ written: expect.closeTo(1 / 3, 5) as number, choices: 1 });
		expect(left).toBe(0);
	} finally {
		await server.close();
	}
});
