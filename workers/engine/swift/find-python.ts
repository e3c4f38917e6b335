import { readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../process/run.ts';
import { problem, value } from '../problem.ts';
import type { Outcome } from '../problem.ts';
import { installEnv } from './install-env.ts';

/** A Python that can host the engine. */
export type Python = { path: string; version: string };

/** The lock's numpy refuses 3.10, and 3.13 was never tried. */
const SUPPORTED = /^3\.1[12]\./;

/** Finds Python 3.11 or 3.12: PLUMBLINE_PYTHON, then the path, then pyenv's folders, whose shims may refuse. */
export async function findPython(env: NodeJS.ProcessEnv = process.env): Promise<Outcome<Python>> {
	const pyenv = join(env.PYENV_ROOT ?? join(homedir(), '.pyenv'), 'versions');
	const versions = await readdir(pyenv).catch(() => []);
	const installed = versions.filter((name) => SUPPORTED.test(`${name}.`)).sort().map((name) => join(pyenv, name, 'bin', 'python'));
	const candidates = env.PLUMBLINE_PYTHON ? [env.PLUMBLINE_PYTHON] : ['python3.11', 'python3.12', 'python3', ...installed];
	for (const candidate of candidates) {
		// The real interpreter behind shims and virtual environments, so that the venv does not depend on either.
		const code = 'import sys, venv, ensurepip; print(sys._base_executable); print(sys.version.split()[0])';
		const result = await run([candidate, '-c', code], { env: installEnv(env), timeoutMs: 20_000 });
		const [path, version] = result.stdout.trim().split('\n');
		if (result.code === 0 && path && version && SUPPORTED.test(version)) return value({ path, version });
	}
	return problem(
		'python_missing',
		'No Python 3.11 or 3.12 with its venv module was found on this worker.',
		'Install one (on Debian: python3.11 and python3.11-venv), or set PLUMBLINE_PYTHON to its path.'
	);
}
