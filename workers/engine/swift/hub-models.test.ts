import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
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

describe('a download or look-up that failed', () => {
	const code = (stderr: string) => explainHub('hf', stderr, 'fetch').problem[0];

	it.each([
		'requests.exceptions.ConnectionError: Max retries exceeded',
		'requests.exceptions.SSLError: HTTPSConnectionPool(host="hub", port=443)',
		'requests.exceptions.ProxyError: HTTPSConnectionPool(host="hub", port=443)',
		"requests.exceptions.ChunkedEncodingError: ('Connection broken: IncompleteRead(10 bytes read)')",
		'httpx.ConnectError: [Errno 111] Connection refused',
		'httpx.ReadTimeout: The read operation timed out',
		'httpx.RemoteProtocolError: peer closed connection without sending complete message body',
		"huggingface_hub.errors.HfHubHTTPError: Server error '503 Service Unavailable' for url 'http://hub/api/models/firm/tiny'",
		'huggingface_hub.errors.HfHubHTTPError: 429 Too Many Requests for url: http://hub/api/models/firm/tiny.',
		'requests.exceptions.HTTPError: 502 Server Error: Bad Gateway for url: http://hub/models/firm/tiny.git/info/refs',
		'OSError: Consistency check failed: file should be of size 12 but has size 7 (model.safetensors).',
		'modelscope_hub.errors.FileDownloadError: [E1003] 1 of 9 file(s) failed to download from firm/tiny@master\n  - model.safetensors: [E1020] Download connection failed',
		// What it met first stands above what became of it; the frame's number is no answer of the hub's.
		'httpx.ConnectError: [Errno -2] Name or service not known\n\nThe above exception was the direct cause of the following exception:\n\nTraceback (most recent call last):\n  File "/env/huggingface_hub/file_download.py", line 404, in get\nhuggingface_hub.errors.LocalEntryNotFoundError: Please check your internet connection and try again.'
	])('may pass by itself, where the hub or the way to it was away: %s', (stderr) => expect(code(`Traceback (most recent call last):\n  File "fetch_model.py", line 403, in main\n${stderr}\n`)).toBe('out_of_reach'));

	it.each([
		"PermissionError: [Errno 13] Permission denied: '/models/hf'",
		'OSError: model.safetensors is not what the hub says it is',
		"ModuleNotFoundError: No module named 'huggingface_hub'",
		'ValueError: invalid literal for int() with base 16',
		'modelscope_hub.errors.FileDownloadError: [E1003] 1 of 9 file(s) failed to download from firm/tiny@master\n  - model.safetensors: [Errno 13] Permission denied',
		// What a traceback quotes of a program is not what happened.
		'Traceback (most recent call last):\n  File "a.py", line 503, in get\n    raise ConnectionError from TimeoutError\nPermissionError: [Errno 13] Permission denied',
		// Killed, which nobody said a word of.
		''
	])('is for a person, where anything else is the matter: %s', (stderr) => expect(code(stderr)).toBe('model_missing'));

	it('is for a person, where the hub refuses or knows no such model; a full disk is told by itself', () => {
		for (const stderr of ['huggingface_hub.errors.GatedRepoError: 403 Client Error', 'RepositoryNotFoundError: 404 Client Error']) expect(code(stderr)).toBe('model_missing');
		expect(code('OSError: [Errno 28] No space left on device')).toBe('disk_full');
	});
});
