import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { EngineEnvironment } from '../engine/swift/environment-types.ts';
import { ownCommand, serverArgv } from './swift-server.ts';
import type { Serves } from './swift-server.ts';
import { GATE, rankFor, vllmArgv, vllmCommand } from './vllm-server.ts';

const ENGINE = { python: '/engine/bin/python', swiftCli: '/engine/swift/cli', device: 'cpu' as const };
const PLACE = { host: '127.0.0.1', port: 8000 };
/** What follows an option, up to the next one. */
const after = (argv: readonly string[], option: string): string[] => {
	const rest = argv.slice(argv.indexOf(option) + 1);
	const end = rest.findIndex((part) => part.startsWith('--'));
	return argv.includes(option) ? rest.slice(0, end < 0 ? rest.length : end) : [];
};

const own = (dir: string) => ownCommand({ ...ENGINE, dir: '/engine', versions: {} } as EngineEnvironment, { model: { path: '/base' }, dir });

describe('ms-swift’s server', () => {
	it('serves one checkpoint as the model itself, several at once', () => {
		const argv = serverArgv(ENGINE, { model: { path: '/base', template: 'chatml' }, served: [{ name: 'c1', adapter: '/a1' }] }, PLACE);
		expect([after(argv, '--served_model_name'), after(argv, '--adapters'), after(argv, '--max_batch_size'), after(argv, '--template'), after(argv, '--load_args')]).toEqual([['c1'], ['/a1'], ['8'], ['chatml'], ['false']]);
		expect([after(argv, '--host'), after(argv, '--port')]).toEqual([['127.0.0.1'], ['8000']]);
	});

	it('names several adapters, one request at a time: its batches fail with names', () => {
		const argv = serverArgv(ENGINE, { model: { path: '/base' }, served: [{ name: 'b' }, { name: 'c1', adapter: '/a1' }, { name: 'c2', adapter: '/a2' }] }, PLACE);
		expect([after(argv, '--served_model_name'), after(argv, '--adapters'), after(argv, '--max_batch_size')]).toEqual([['b'], ['c1=/a1', 'c2=/a2'], ['1']]);
	});

	it('computes rounded weights in half precision', () => {
		const argv = serverArgv({ ...ENGINE, device: 'gpu' }, { model: { path: '/rounded' }, served: [{ name: 'c1' }], rounded: true }, PLACE);
		expect(after(argv, '--torch_dtype')).toEqual(['float16']);
	});

	it('has its key in no argument, and logs no word of a request', () => {
		const argv = serverArgv(ENGINE, { model: { path: '/base' }, served: [{ name: 'c1' }] }, PLACE);
		expect(argv).not.toContain('--api_key');
		expect(argv[1]).toMatch(/serve\.py$/);
		expect(after(argv, '--verbose')).toEqual(['false']);
	});

	it('of a generation has a key of its own, and opens no file and no address that a request names', async () => {
		const dir = await mkdtemp(join(tmpdir(), 'plumbline-own-server-'));
		try {
			const [one, other] = [await own(dir), await own(dir)];
			expect(one.apiKey).toMatch(/^[\w-]{32}$/u);
			expect(other.apiKey).not.toBe(one.apiKey);
			expect(one.env).toMatchObject({ PLUMBLINE_SERVER_KEY: one.apiKey, SWIFT_MEDIA_ALLOWED_DIRS: join(dir, 'media'), SWIFT_URL_ALLOWED_HOSTS: 'none.invalid' });
			expect(after(one.argv, '--host')).toEqual(['127.0.0.1']);
			expect(one.argv).not.toContain(one.apiKey);
		} finally {
			await rm(dir, { recursive: true });
		}
	});
});

describe('vLLM', () => {
	const of = { program: '/vllm/bin/vllm', host: '10.0.0.5', port: 8001, gpus: 2, ranks: [16, 24] };

	const command = (served: Serves['served']) => vllmCommand({ ...ENGINE, dir: '/engine', versions: {} } as EngineEnvironment, { model: { path: '/base' }, served }, { program: of.program, dir: '/work', host: '127.0.0.1', apiKey: 'key' });

	it('serves adapters on their base, all kept in memory, with room for the largest', () => {
		const argv = vllmArgv({ model: { path: '/base' }, served: [{ name: 'b' }, { name: 'c1', adapter: '/a1' }, { name: 'c2', adapter: '/a2' }] }, of);
		expect(argv.slice(0, 3)).toEqual(['/vllm/bin/vllm', 'serve', '/base']);
		expect(after(argv, '--lora-modules')).toEqual(['c1=/a1', 'c2=/a2']);
		expect(argv).toContain('--enable-lora');
		expect([after(argv, '--served-model-name'), after(argv, '--max-loras'), after(argv, '--max-cpu-loras'), after(argv, '--max-lora-rank'), after(argv, '--tensor-parallel-size'), after(argv, '--host'), after(argv, '--port')]).toEqual([['b'], ['2'], ['2'], ['32'], ['2'], ['10.0.0.5'], ['8001']]);
	});

	it('serves a whole model without adapters', () => {
		const argv = vllmArgv({ model: { path: '/whole' }, served: [{ name: 'c' }] }, { ...of, ranks: [] });
		expect(argv).not.toContain('--enable-lora');
		expect([after(argv, '--served-model-name'), after(argv, '--dtype')]).toEqual([['c'], ['bfloat16']]);
		expect(after(vllmArgv({ model: { path: '/rounded' }, served: [{ name: 'c' }], rounded: true }, { ...of, ranks: [] }), '--dtype')).toEqual(['float16']);
	});

	it('fetches nothing for a request, and has no key among its arguments', () => {
		const argv = vllmArgv({ model: { path: '/base' }, served: [{ name: 'c' }] }, of);
		expect(after(argv, '--allowed-media-domains')).toEqual(['none.invalid']);
		expect(argv).not.toContain('--api-key');
	});

	it('starts behind the gate, which finds its key where vLLM does', async () => {
		const started = await command([{ name: 'c' }]);
		if (!started.ok) throw new Error(started.problem.message);
		const { argv, env } = started.value;
		expect([after(argv, '--middleware'), env['PYTHONPATH'], env['VLLM_API_KEY']]).toEqual([[GATE.middleware], GATE.folder, 'key']);
	});

	it('makes room by what adapters say of themselves, and names one that says it in no JSON', async () => {
		const adapter = await mkdtemp(join(tmpdir(), 'adapter-'));
		const served = [{ name: 'b' }, { name: 'c1', adapter }];
		try {
			await writeFile(join(adapter, 'adapter_config.json'), '{"r": 24}');
			const whole = await command(served);
			expect(whole.ok && after(whole.value.argv, '--max-lora-rank')).toEqual(['32']);
			await writeFile(join(adapter, 'adapter_config.json'), '{"r": 1');
			expect(await command(served)).toMatchObject({ ok: false, problem: { code: 'broken_model', message: 'c1’s adapter_config.json holds no JSON object that could be read.' } });
		} finally {
			await rm(adapter, { recursive: true });
		}
	});

	it.each([[1, 8], [8, 8], [9, 16], [64, 64], [300, 320], [1000, 512]])('makes room for rank %i with %i', (rank, room) => expect(rankFor([rank])).toBe(room));
});
