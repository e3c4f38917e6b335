import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Device } from '#lib/domain/training-recipe.ts';
import { run } from '../../process/run.ts';
import { killOrphans } from '../../process/groups.ts';
import { inspectGpus } from '../inspect.ts';
import { problem, value } from '../problem.ts';
import type { Outcome } from '../problem.ts';
import type { EngineEnvironment, InstallProgress } from './environment-types.ts';
import { findPython } from './find-python.ts';
import type { Python } from './find-python.ts';
import { INSTALL_MARKER, installInto } from './install.ts';
import { takeLock } from './install-lock.ts';
import { TORCHVISION } from './install-vision.ts';
import { TORCH } from './torch-build.ts';

const LOCK_FILE = fileURLToPath(new URL('./python/requirements.lock', import.meta.url));
const COMPLETE = '.complete';

export type ProvisionOptions = {
	/** Found by asking for GPUs when left out. */
	device?: Device;
	/** `PLUMBLINE_CACHE_DIR`, or `plumbline` in the user's cache folder. */
	cacheDir?: string;
	/** The operator's MLflow; used where its package is in the environment too. */
	mlflow?: string;
	onProgress?: (progress: InstallProgress) => void;
	signal?: AbortSignal;
};

/** Folder for what can be made again: engines, bundled models. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
	return env.PLUMBLINE_CACHE_DIR || join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'plumbline');
}

/** Names an environment by what it is made of: another lock, Python or device is another environment. Without a GPU what reads images is there only where the package index has a build for it. */
export function engineKey(parts: { lock: string; pythonVersion: string; device: Device }): string {
	const hash = createHash('sha256');
	for (const part of [parts.lock, TORCH, parts.pythonVersion, parts.device, ...(parts.device === 'gpu' ? [TORCHVISION] : [])]) hash.update(part).update('\0');
	return hash.digest('hex').slice(0, 16);
}

/**
 * The engine's environment, installed if need be (minutes, 2 GB). Any number of processes may call it at once: one
 * installs, the others wait. A killed installation leaves a folder that the next one clears.
 */
export async function provisionEnvironment(options: ProvisionOptions = {}): Promise<Outcome<EngineEnvironment>> {
	const place = await locate(options);
	if (!place.ok) return place;
	const { dir, python, device } = place.value;
	for (;;) {
		const there = await readComplete(dir);
		if (there) return value(await withAdded(there, options.mlflow));
		let release: Awaited<ReturnType<typeof takeLock>>;
		try {
			await mkdir(join(dir, '..'), { recursive: true });
			release = await takeLock(`${dir}.lock`);
		} catch (error) {
			return unwritable(join(dir, '..'), error);
		}
		if (!release) {
			options.onProgress?.({ state: 'installing', done: 0, total: 1, label: 'waiting for another process that installs' });
			await sleep(500, undefined, { signal: options.signal });
			continue;
		}
		try {
			const ready = await readComplete(dir);
			return ready ? value(ready) : await build(dir, python, device, options);
		} finally {
			await release();
		}
	}
}

async function build(dir: string, python: Python, device: Device, options: ProvisionOptions): Promise<Outcome<EngineEnvironment>> {
	await clearLeftovers(dir);
	const building = `${dir}.building-${process.pid}`;
	try {
		const installed = await installInto(building, { python, device, lockFile: LOCK_FILE, onProgress: options.onProgress, signal: options.signal });
		if (!installed.ok) return installed;
		const swiftCli = installed.value.swiftCli.replace(building, dir);
		const environment: EngineEnvironment = { dir, device, python: join(dir, 'bin', 'python'), swiftCli, versions: installed.value.versions };
		await writeFile(join(building, COMPLETE), JSON.stringify(environment));
		// A folder without its marker is what a kill between two renames of an older version left.
		if (!(await readComplete(dir))) await rm(dir, { recursive: true, force: true });
		await rename(building, dir).catch((error: NodeJS.ErrnoException) => {
			if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error; // another process was first: same content
		});
		return value(environment);
	} catch (error) {
		return unwritable(dir, error);
	} finally {
		await remove(building);
	}
}

/** What a failed write says; another error is thrown on. */
function unwritable(dir: string, error: unknown): Outcome<never> {
	const { code } = error as NodeJS.ErrnoException;
	if (code === undefined || !/^E[A-Z]+$/.test(code)) throw error;
	return problem('install_failed', `The engine’s folder ${dir} could not be written (${code}).`, 'Check the disk and the permissions of the cache folder, or set PLUMBLINE_CACHE_DIR to another one; it tries again when the worker starts.');
}

/** Removes folders of installations that were killed. Only the lock's holder calls it, so none of them is in use. */
async function clearLeftovers(dir: string): Promise<void> {
	const parent = join(dir, '..');
	const prefix = `${dir.slice(parent.length + 1)}.building-`;
	for (const name of await readdir(parent)) {
		if (!name.startsWith(prefix)) continue;
		// A killed worker's pip goes on by itself and would write into the folder while it is removed.
		await killOrphans(join(parent, name), INSTALL_MARKER);
		await remove(join(parent, name));
	}
}

async function remove(dir: string): Promise<void> {
	await rm(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}

async function locate(options: ProvisionOptions): Promise<Outcome<{ dir: string; python: Python; device: Device }>> {
	const python = await findPython();
	if (!python.ok) return python;
	const device = options.device ?? ((await inspectGpus()).length > 0 ? 'gpu' : 'cpu');
	const key = engineKey({ lock: await readFile(LOCK_FILE, 'utf8'), pythonVersion: python.value.version, device });
	return value({ dir: join(options.cacheDir ?? cacheFolder(), `engine-${key}`), python: python.value, device });
}

/** Prints the versions of those packages that are there. */
const ADDED = `
import importlib.metadata as metadata, json
found = {each.metadata['Name'].lower().replace('_', '-'): each.version for each in metadata.distributions()}
own = {name: found[name] for name in ('deepspeed', 'msgspec', 'liger-kernel', 'torchvision', 'qwen-vl-utils') if name in found}
print(json.dumps({'own': own, 'mlflow': found.get('mlflow') or found.get('mlflow-skinny')}))
`;

/**
 * The environment with what not every one has (docs/operations.md): DeepSpeed, which compiles for the host, what FSDP2
 * wants for a second model, Liger's kernels, what reads images, and MLflow, which counts only with an address to write to.
 */
async function withAdded(environment: EngineEnvironment, mlflow: string | undefined): Promise<EngineEnvironment> {
	const asked = await run([environment.python, '-c', ADDED], { timeoutMs: 30_000 });
	if (asked.code !== 0) return environment;
	const found = JSON.parse(asked.stdout) as { own: Record<string, string>; mlflow: string | null };
	const writes = mlflow !== undefined && found.mlflow !== null;
	const versions = { ...environment.versions, ...found.own, ...(writes ? { mlflow: found.mlflow ?? '' } : {}) };
	return { ...environment, versions, ...(writes ? { mlflow } : {}) };
}

async function readComplete(dir: string): Promise<EngineEnvironment | undefined> {
	try {
		const environment = JSON.parse(await readFile(join(dir, COMPLETE), 'utf8')) as EngineEnvironment;
		// The cache folder may have been moved since.
		return { ...environment, dir, python: join(dir, 'bin', 'python'), swiftCli: environment.swiftCli.replace(environment.dir, dir) };
	} catch {
		return undefined;
	}
}
