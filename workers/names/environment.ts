import { createHash } from 'node:crypto';
import { access, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { problem, value } from '../engine/problem.ts';
import type { Outcome } from '../engine/problem.ts';
import { cacheFolder } from '../engine/swift/environment.ts';
import { findPython } from '../engine/swift/find-python.ts';
import { installEnv } from '../engine/swift/install-env.ts';
import { takeLock } from '../engine/swift/install-lock.ts';
import { run } from '../process/run.ts';

const BUILD_LOCK = fileURLToPath(new URL('./python/build.lock', import.meta.url));
const LOCK = fileURLToPath(new URL('./python/requirements.lock', import.meta.url));

/**
 * A Python with the segmenter: `PLUMBLINE_NAMES_PYTHON` where set (one that also
 * has Presidio, for instance), else a small environment of its own, made once
 * from hash-checked files. The engine's environment is left alone: a project that
 * looks for no names needs none of this, and one that does needs no engine.
 */
export async function provisionNames(options: { signal?: AbortSignal; env?: NodeJS.ProcessEnv } = {}): Promise<Outcome<{ python: string }>> {
	const env = options.env ?? process.env;
	if (env.PLUMBLINE_NAMES_PYTHON) return value({ python: env.PLUMBLINE_NAMES_PYTHON });
	const base = await findPython(env);
	if (!base.ok) return base;
	const locks = await Promise.all([BUILD_LOCK, LOCK].map((file) => readFile(file, 'utf8')));
	const key = createHash('sha256').update([...locks, base.value.version].join('\0')).digest('hex').slice(0, 16);
	const dir = join(cacheFolder(env), `names-${key}`);
	const python = join(dir, 'bin', 'python');
	const there = () => access(python).then(() => true, () => false);
	while (!(await there())) {
		await mkdir(cacheFolder(env), { recursive: true });
		const release = await takeLock(`${dir}.lock`);
		if (!release) {
			await sleep(500, undefined, { signal: options.signal });
			continue;
		}
		try {
			if (await there()) break;
			const made = await build(dir, base.value.path, options.signal);
			if (!made.ok) return made;
		} finally {
			await release();
		}
	}
	return value({ python });
}

async function build(dir: string, base: string, signal: AbortSignal | undefined): Promise<Outcome<null>> {
	// Only the lock's holder builds: what lies there is of one that was killed.
	const building = `${dir}.building`;
	await rm(building, { recursive: true, force: true });
	const python = join(building, 'bin', 'python');
	const how = { env: { ...installEnv(), PIP_DISABLE_PIP_VERSION_CHECK: '1' }, timeoutMs: 300_000, ...(signal ? { signal } : {}) };
	const steps = [
		[base, '-m', 'venv', building],
		// The segmenter comes as source: what builds it is checked too, and nothing else is fetched for it.
		[python, '-m', 'pip', 'install', '--quiet', '--require-hashes', '--no-deps', '-r', BUILD_LOCK],
		[python, '-m', 'pip', 'install', '--quiet', '--require-hashes', '--no-deps', '--no-build-isolation', '-r', LOCK],
		[python, '-c', 'import jieba.posseg']
	];
	for (const argv of steps) {
		const { code, stderr } = await run(argv, how);
		if (code === 0) continue;
		await rm(building, { recursive: true, force: true });
		const last = stderr.trim().split('\n').filter((line) => /error|No space|denied|not found/iu.test(line)).at(-1) ?? `exit code ${code ?? 'none'}`;
		// An index address may hold a password.
		return problem('install_failed', `The detector of names could not be installed: ${last.replaceAll(/:\/\/[^@\s/]+@/gu, '://…@')}`, 'Check the disk and that this worker reaches its package index; it tries again when it starts.');
	}
	// Scripts within name the folder in which they were made; the interpreter finds its packages by its own place.
	await rename(building, dir);
	return value(null);
}
