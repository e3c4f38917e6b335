import { createHash } from 'node:crypto';
import { access, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { run } from '../process/run.ts';
import { problem, value } from './problem.ts';
import type { Outcome } from './problem.ts';
import { cacheFolder } from './swift/environment.ts';
import { findPython } from './swift/find-python.ts';
import { installEnv } from './swift/install-env.ts';
import { takeLock } from './swift/install-lock.ts';

/** A small Python environment: its name on disk and in a sentence, the lock files with what pip is told of each, and what must be importable in the end. */
export type SmallEnvironment = {
	name: string;
	what: string;
	locks: readonly { file: string; options?: readonly string[] }[];
	imports: string;
	/** An environment whose packages it sees beneath its own: its interpreter and the folder that they lie in. */
	over?: { python: string; packages: string };
};

/** Carries why one cannot be had on this host, in words for everybody. */
export class NotInstalled extends Error {
	constructor(problem: { message: string; hint: string }) {
		super(`${problem.message} ${problem.hint}`);
	}
}

/**
 * Makes it once from hash-checked files, in the cache that all workers of this
 * host share, and gives its interpreter. The engine's environment is left alone:
 * who trains nothing needs none of it, and the other way round.
 */
export async function provisionSmall(of: SmallEnvironment, options: { signal?: AbortSignal; env?: NodeJS.ProcessEnv } = {}): Promise<Outcome<{ python: string }>> {
	const env = options.env ?? process.env;
	const found = of.over ? value({ path: of.over.python, version: of.over.packages }) : await findPython(env);
	if (!found.ok) return found;
	const base = found.value;
	const locks = await Promise.all(of.locks.map(({ file }) => readFile(file, 'utf8')));
	const key = createHash('sha256').update([...locks, base.version].join('\0')).digest('hex').slice(0, 16);
	const dir = join(cacheFolder(env), `${of.name}-${key}`);
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
			const made = await build(of, dir, base.path, options.signal);
			if (!made.ok) return made;
		} finally {
			await release();
		}
	}
	return value({ python });
}

const SEE_BENEATH = "import pathlib, sys, sysconfig; pathlib.Path(sysconfig.get_path('purelib'), 'beneath.pth').write_text(sys.argv[1] + chr(10), encoding='utf-8')";

async function build(of: SmallEnvironment, dir: string, base: string, signal: AbortSignal | undefined): Promise<Outcome<null>> {
	// Only the lock's holder builds: what lies there is of one that was killed.
	const building = `${dir}.building`;
	await rm(building, { recursive: true, force: true });
	const python = join(building, 'bin', 'python');
	const how = { env: { ...installEnv(), PIP_DISABLE_PIP_VERSION_CHECK: '1' }, timeoutMs: 300_000, ...(signal ? { signal } : {}) };
	const steps = [
		[base, '-m', 'venv', building],
		// A path file: packages of its own come first, then those that it lies over.
		...(of.over ? [[python, '-c', SEE_BENEATH, of.over.packages]] : []),
		...of.locks.map(({ file, options = [] }) => [python, '-m', 'pip', 'install', '--quiet', '--require-hashes', '--no-deps', ...options, '-r', file]),
		[python, '-c', `import ${of.imports}`]
	];
	for (const argv of steps) {
		const { code, stderr } = await run(argv, how);
		if (code === 0) continue;
		await rm(building, { recursive: true, force: true });
		const last = stderr.trim().split('\n').filter((line) => /error|No space|denied|not found/iu.test(line)).at(-1) ?? `exit code ${code ?? 'none'}`;
		// An index address may hold a password.
		return problem('install_failed', `${of.what} could not be installed: ${last.replaceAll(/:\/\/[^@\s/]+@/gu, '://…@')}`, 'Check the disk and that this worker reaches its package index; it tries again when it starts.');
	}
	// Scripts within name the folder in which they were made; the interpreter finds its packages by its own place.
	await rename(building, dir);
	return value(null);
}
