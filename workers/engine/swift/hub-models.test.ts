import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { EngineEnvironment } from './environment-types.ts';
import { explainHub, hubFolder, provideHubModel } from './hub-models.ts';

/** Offline the script needs Python alone; downloads are test/engine/hub-model.test.ts. */
const environment = { dir: '/', device: 'cpu', python: 'python3', swiftCli: '', versions: {} } as unknown as EngineEnvironment;
const modelAt = (commit: string) => ({ hub: 'hf' as const, repo: 'firm/tiny', commit: commit.repeat(40) });
let models: string;
beforeAll(async () => {
	models = await mkdtemp(join(tmpdir(), 'plumbline-hub-'));
	vi.stubEnv('HF_HUB_OFFLINE', 'Yes');
});
afterAll(async () => {
	vi.unstubAllEnvs();
	await rm(models, { recursive: true, force: true });
});
const provide = (commit: string, signal?: AbortSignal) => provideHubModel(environment, modelAt(commit), models, { cacheDir: join(models, 'cache'), ...(signal ? { signal } : {}) });

it('is offline by every word by which the hub’s own package is', async () => {
	expect(await provide('a')).toMatchObject({ ok: false, problem: { code: 'model_missing', message: expect.stringMatching(/^This worker is offline/) } });
});

it('waits for a process that a dead worker left writing; who is stopped meanwhile takes it from nobody else', async () => {
	const folder = hubFolder(models, modelAt('b'));
	await mkdir(`${folder}.partial`, { recursive: true });
	for (const name of ['config.json', 'tokenizer.json', 'model.safetensors']) await writeFile(join(`${folder}.partial`, name), '{}');
	const writer = spawn('python3', ['-c', 'import fcntl, sys\nheld = open(sys.argv[1], "w")\nfcntl.flock(held, fcntl.LOCK_EX)\nprint("held", flush=True)\nsys.stdin.read()', `${folder}.writer`], { stdio: ['pipe', 'pipe', 'inherit'] });
	try {
		await once(writer.stdout, 'data');
		const [first, second] = [new AbortController(), new AbortController()];
		const began = provide('b', first.signal);
		const [waits, stays] = [provide('b', second.signal), provide('b')];
		second.abort();
		await expect(waits).rejects.toThrow();
		first.abort();
		await expect(began).rejects.toThrow();
		expect(await access(folder).then(() => true, () => false)).toBe(false);
		writer.stdin.end();
		expect(await stays).toEqual({ ok: true, value: folder });
	} finally {
		writer.kill();
	}
});

it('tells what may pass by itself from what a person must do', () => {
	const code = (stderr: string, doing: 'fetch' | 'look up' = 'fetch') => explainHub('hf', stderr, doing).problem[0];
	expect(code('requests.exceptions.ConnectionError: Max retries exceeded')).toBe('out_of_reach');
	expect(code('OSError: [Errno 28] No space left on device')).toBe('disk_full');
	for (const stderr of ['huggingface_hub.errors.GatedRepoError: 403 Client Error', 'RepositoryNotFoundError: 404 Client Error']) expect(code(stderr)).toBe('model_missing');
});
