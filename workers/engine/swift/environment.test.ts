import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { engineEnv } from './engine-env.ts';
import { cacheFolder, engineKey, provisionEnvironment } from './environment.ts';
import { findPython } from './find-python.ts';
import { installEnv } from './install-env.ts';
import { takeLock } from './install-lock.ts';
import { lockedPackages } from './install.ts';
import { parsePipConfig, uvEnv } from './pip-settings.ts';
import { cudaPackages } from './torch-build.ts';

const python = (name: string) => readFile(new URL(`./python/${name}`, import.meta.url), 'utf8');

describe('the lock of packages', () => {
	it('pins the versions that go together, each with hashes, without torch and its CUDA libraries', async () => {
		const lock = await python('requirements.lock');
		for (const pin of ['ms-swift==4.6.0', 'transformers==5.19.0', 'trl==0.29.1', 'peft==0.20.0', 'datasets==4.8.4', 'accelerate==1.15.0', 'gguf==0.19.0']) expect(lock).toContain(`${pin} \\`);
		expect(lock).not.toMatch(/^(torch==|nvidia-|cuda-|triton==)/m);
		expect(lockedPackages(lock)).toBeGreaterThan(100);
		for (const entry of lock.split(/^(?=[a-z0-9])/m).slice(1)) expect(entry).toContain('--hash=sha256:');
	});
	it('names no place to fetch from', async () => {
		for (const name of ['requirements.lock', 'uv.lock', 'vision.lock', 'requirements.in']) expect(await python(name)).not.toMatch(/:\/\/|--(index-url|extra-index-url|find-links) \S/);
	});
});

describe('what an environment is named by', () => {
	const parts = { lock: 'a==1', pythonVersion: '3.11.7', device: 'cpu' as const };
	it('changes with lock, Python and device', () => {
		const keys = [parts, { ...parts, lock: 'a==2' }, { ...parts, pythonVersion: '3.12.1' }, { ...parts, device: 'gpu' as const }].map(engineKey);
		expect(new Set(keys).size).toBe(4);
		expect(engineKey({ ...parts })).toBe(keys[0]);
	});
	it('lies in the cache folder', () => {
		expect(cacheFolder({ PLUMBLINE_CACHE_DIR: '/p' })).toBe('/p');
		expect(cacheFolder({ XDG_CACHE_HOME: '/x' })).toBe('/x/plumbline');
		expect(cacheFolder({})).toMatch(/\.cache\/plumbline$/);
	});
});

it('reads pip’s configuration for uv, and keeps an index’s password out of argv', () => {
	const settings = parsePipConfig(":env:.cert='/c.pem'\nglobal.find-links='/a\\n/b'\nglobal.index-url='https://u:p@example.test/simple'\nglobal.timeout='60'\n");
	expect(settings).toEqual({ findLinks: ['/a', '/b'], indexUrl: 'https://u:p@example.test/simple', cert: '/c.pem' });
	expect(uvEnv(settings, { PATH: '/bin' })).toMatchObject({ UV_FIND_LINKS: '/a,/b', UV_DEFAULT_INDEX: 'https://u:p@example.test/simple', SSL_CERT_FILE: '/c.pem', PATH: '/bin' });
	expect(parsePipConfig('')).toEqual({ findLinks: [] });
});

it('sees CUDA packages in pip’s report', () => {
	const report = (names: string[]) => `noise\n${JSON.stringify({ version: '1', install: names.map((name) => ({ metadata: { name } })) })}`;
	expect(cudaPackages(report(['torch', 'sympy', 'nvidia-cublas', 'triton', 'cuda-bindings']))).toEqual(['nvidia-cublas', 'triton', 'cuda-bindings']);
	expect(cudaPackages(report(['torch', 'sympy']))).toEqual([]);
});

it('gives the engine no secret of the worker', () => {
	const env = engineEnv('/c', { OMP_NUM_THREADS: '2' }, { PATH: '/bin', DATABASE_URL: 'postgres://u:p@h/d', PLUMBLINE_SECRET: 'x' });
	expect(env).toMatchObject({ PATH: '/bin', OMP_NUM_THREADS: '2', HF_HOME: '/c/hf' });
	expect(JSON.stringify(env)).not.toMatch(/DATABASE_URL|SECRET/);
});

it('gives pip and uv the way to their packages and no secret of the worker', () => {
	const needed = { PATH: '/bin', HOME: '/h', PIP_INDEX_URL: 'https://p', UV_CACHE_DIR: '/u', https_proxy: 'http://x', NO_PROXY: 'firm', SSL_CERT_FILE: '/c', LC_ALL: 'C' };
	expect(installEnv({ ...needed, DATABASE_URL: 'postgres://u:p@h/d', PLUMBLINE_SECRET: 'x', AWS_SECRET_ACCESS_KEY: 'y' })).toEqual(needed);
});

describe('a cache folder that cannot be written', () => {
	let dir: string;
	beforeEach(async () => void (dir = await mkdtemp(join(tmpdir(), 'cache-'))));
	afterEach(() => rm(dir, { recursive: true }));

	it('is a problem with its name, whether it cannot be made or not be written into', async () => {
		const file = join(dir, 'file');
		await writeFile(file, '');
		expect(await provisionEnvironment({ device: 'cpu', cacheDir: join(file, 'below') })).toMatchObject({ ok: false, problem: { code: 'install_failed', message: expect.stringContaining(file) as string, hint: expect.stringContaining('PLUMBLINE_CACHE_DIR') as string } });
		await mkdir(join(dir, 'taken'));
		const found = await findPython();
		const key = engineKey({ lock: await python('requirements.lock'), pythonVersion: found.ok ? found.value.version : '', device: 'cpu' });
		// A folder where the lock's file belongs: what no permission could forbid to root.
		await mkdir(join(dir, 'taken', `engine-${key}.lock.${process.pid}`));
		expect(await provisionEnvironment({ device: 'cpu', cacheDir: join(dir, 'taken') })).toMatchObject({ ok: false, problem: { code: 'install_failed', message: expect.stringContaining('EISDIR') as string } });
	});
});

describe('the installation’s lock', () => {
	let dir: string;
	beforeEach(async () => void (dir = await mkdtemp(join(tmpdir(), 'lock-'))));
	afterEach(() => rm(dir, { recursive: true }));

	it('is held by one at a time', async () => {
		const path = join(dir, 'a.lock');
		const release = await takeLock(path);
		expect(release).toBeDefined();
		expect(await takeLock(path)).toBeUndefined();
		await release?.();
		expect(await takeLock(path)).toBeDefined();
	});

	it('is taken over from a process that was killed', async () => {
		const path = join(dir, 'a.lock');
		const file = join(dir, 'holder.ts');
		await writeFile(file, `import { takeLock } from ${JSON.stringify(fileURLToPath(new URL('./install-lock.ts', import.meta.url)))};
			await takeLock(${JSON.stringify(path)}); console.log('held'); setInterval(() => {}, 1000);`);
		const holder = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'inherit'] });
		await new Promise((resolve) => holder.stdout.once('data', resolve));
		expect(await takeLock(path)).toBeUndefined();
		holder.kill('SIGKILL');
		await new Promise((resolve) => holder.once('exit', resolve));
		expect(await takeLock(path)).toBeDefined();
	});

	it('is taken over from a process number that came again, and from a torn file', async () => {
		const again = join(dir, 'again.lock');
		await writeFile(again, JSON.stringify({ host: hostname(), pid: process.pid, started: '1' }));
		expect(await takeLock(again)).toBeDefined();
		await writeFile(join(dir, 'torn.lock'), '{"ho');
		expect(await takeLock(join(dir, 'torn.lock'))).toBeDefined();
	});

	it('of another host is waited for while it is touched: a killed one’s is taken over', async () => {
		const path = join(dir, 'a.lock');
		await writeFile(path, JSON.stringify({ host: 'elsewhere', pid: 1, started: '1' }));
		expect(await takeLock(path)).toBeUndefined();
		await utimes(path, 1, 1);
		const release = await takeLock(path);
		expect(release).toBeDefined();
		await release?.();
	});

	it('is touched while it is held, and left alone once another host took it over', async () => {
		const path = join(dir, 'a.lock');
		const release = await takeLock(path, 10);
		await utimes(path, 1, 1);
		await vi.waitFor(async () => expect((await stat(path)).mtimeMs).toBeGreaterThan(Date.now() - 45_000), { timeout: 10_000, interval: 10 });
		const theirs = JSON.stringify({ host: 'elsewhere', pid: 1, started: '1' });
		await writeFile(path, theirs);
		await release?.();
		expect(await readFile(path, 'utf8')).toBe(theirs);
	});
});
