import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Device } from '#lib/domain/training-recipe.ts';
import { run } from '../../process/run.ts';
import type { CommandResult } from '../../process/run.ts';
import { problem, value } from '../problem.ts';
import type { Outcome } from '../problem.ts';
import type { InstallProgress } from './environment-types.ts';
import type { Python } from './find-python.ts';
import { installEnv } from './install-env.ts';
import { installVision } from './install-vision.ts';
import { pipSettings, uvEnv } from './pip-settings.ts';
import { chooseTorch } from './torch-build.ts';

const UV_LOCK = fileURLToPath(new URL('./python/uv.lock', import.meta.url));

/** By this variable an installer that outlived its worker is found, before its folder is cleared. */
export const INSTALL_MARKER = 'PLUMBLINE_INSTALL';

export type InstallOptions = {
	python: Python;
	device: Device;
	lockFile: string;
	onProgress?: (progress: InstallProgress) => void;
	signal?: AbortSignal;
};

/** Packages of a lock, for the progress; some carry a marker and are left out on this machine. */
export function lockedPackages(lock: string): number {
	return [...lock.matchAll(/^[a-z0-9][\w.-]*==/gim)].length;
}

/** Makes a virtual environment with torch and everything that the lock names, each file checked against its hash. */
export async function installInto(dir: string, options: InstallOptions): Promise<Outcome<{ swiftCli: string; versions: Record<string, string> }>> {
	const lock = await readFile(options.lockFile, 'utf8');
	const total = lockedPackages(lock) + 2;
	let done = 0;
	const tell = (label: string, now = done) => {
		done = Math.min(Math.max(done, now), total);
		options.onProgress?.({ state: 'installing', done, total, label });
	};
	const base = { env: { ...installEnv(), [INSTALL_MARKER]: dir, PIP_DISABLE_PIP_VERSION_CHECK: '1' }, signal: options.signal };

	tell('creating the environment');
	const made = await run([options.python.path, '-m', 'venv', dir], { ...base, timeoutMs: 120_000 });
	if (made.code !== 0) return failed('The Python environment could not be made', made);
	const python = join(dir, 'bin', 'python');
	const settings = await pipSettings(python);
	// In the environment, not the command line: an address may hold a password.
	const pip = { ...base, env: { ...base.env, ...(settings.findLinks.length > 0 ? { PIP_FIND_LINKS: settings.findLinks.join(' ') } : {}) } };

	tell('choosing torch');
	const torch = await chooseTorch(python, options.device, pip);
	if (!torch.ok) return torch;
	tell(torch.value.spec, 1);
	const withTorch = await run([python, '-m', 'pip', 'install', ...(torch.value.withDependencies ? [] : ['--no-deps']), torch.value.spec], pip);
	if (withTorch.code !== 0) return failed('torch could not be installed', withTorch);

	tell('the engine and its packages', 2);
	const hashed = ['--require-hashes', '--no-deps', '-r'];
	const countLine = (line: string) => {
		const name = /^(?:Collecting|Installing|Downloading|\+) ?\s*([\w.-]+)/.exec(line.trim())?.[1];
		if (name && line.startsWith('Collecting')) tell(name, done + 1);
	};
	// uv takes seconds where pip takes a minute; without it everything works all the same.
	const uv = await run([python, '-m', 'pip', 'install', ...hashed, UV_LOCK], { ...pip, timeoutMs: 120_000 });
	let rest: CommandResult | undefined;
	if (uv.code === 0) {
		rest = await run([join(dir, 'bin', 'uv'), 'pip', 'install', '--python', python, ...hashed, options.lockFile], {
			env: uvEnv(settings, base.env), signal: options.signal
		});
	}
	if (rest?.code !== 0) rest = await run([python, '-m', 'pip', 'install', ...hashed, options.lockFile], { ...pip, onLine: countLine });
	if (rest.code !== 0) return failed('The engine’s packages could not be installed', rest);

	tell('what reads images');
	await installVision(python, torch.value.spec, pip);

	tell('checking', total);
	const checked = await run([python, '-c', CHECK], { ...base, timeoutMs: 120_000 });
	if (checked.code !== 0) return failed('The installed engine does not start', checked);
	return value(JSON.parse(checked.stdout.trim().split('\n').at(-1) ?? '') as { swiftCli: string; versions: Record<string, string> });
}

/** Imports torch, whose libraries may not fit the machine, and asks for versions; swift itself takes seconds to import. */
const CHECK = `
import importlib.metadata as m, importlib.util, json, os, platform, torch
names = ['torch', 'ms-swift', 'transformers', 'trl', 'peft', 'datasets', 'accelerate', 'bitsandbytes']
versions = {name: m.version(name) for name in names}
versions['torch'] = torch.__version__
versions['python'] = platform.python_version()
cli = os.path.join(os.path.dirname(importlib.util.find_spec('swift').origin), 'cli')
assert os.path.exists(os.path.join(cli, 'rlhf.py'))
print(json.dumps({'swiftCli': cli, 'versions': versions}))
`;

function failed(what: string, result: CommandResult): Outcome<never> {
	const last = result.stderr.trim().split('\n').filter((line) => /error|No space|denied|not found/i.test(line)).at(-1);
	// An index address may hold a password.
	const reason = (last ?? `exit code ${result.code}`).replaceAll(/:\/\/[^@\s/]+@/g, '://…@');
	return problem('install_failed', `${what}: ${reason}`, 'Check the disk and that this worker reaches its package index; it tries again when it starts.');
}
