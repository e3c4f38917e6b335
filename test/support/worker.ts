import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { World } from './world.ts';

const MAIN = fileURLToPath(new URL('../../workers/main.ts', import.meta.url));

/** A real worker process over a world's database and data folder. */
export type WorkerProcess = { pid: number; kill9: () => Promise<void>; stop: () => Promise<number | null>; output: () => string };

/** Starts a worker as `npm start` does. */
export function startWorker(world: World, env: Record<string, string> = {}): WorkerProcess {
	const child: ChildProcess = spawn(process.execPath, [MAIN], {
		env: { ...process.env, DATABASE_URL: world.url, PLUMBLINE_DATA_DIR: world.dataDir, ...env },
		stdio: ['ignore', 'pipe', 'pipe'],
		detached: true
	});
	let output = '';
	child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
	child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
	const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
	return {
		pid: child.pid ?? 0,
		output: () => output,
		kill9: async () => {
			child.kill('SIGKILL');
			await ended;
		},
		stop: async () => {
			child.kill('SIGTERM');
			return ended;
		}
	};
}

/** Processes of an attempt, found as the worker finds orphans: by the mark in their environment. */
export async function processesOf(attempt: string): Promise<number[]> {
	const pids: number[] = [];
	for (const name of await readdir('/proc')) {
		if (!/^\d+$/.test(name)) continue;
		const environ = await readFile(`/proc/${name}/environ`, 'latin1').catch(() => '');
		if (environ.split('\0').some((line) => line.startsWith('PLUMBLINE_ATTEMPT=') && line.endsWith(`:${attempt}`))) pids.push(Number(name));
	}
	return pids;
}

/** Waits until something is there; fails with what was seen last. */
export async function until<T>(what: string, look: () => Promise<T | null | undefined | false>, seconds: number, last: () => unknown = () => ''): Promise<T> {
	const deadline = performance.now() + seconds * 1000;
	while (performance.now() < deadline) {
		const found = await look();
		if (found) return found;
		await new Promise((resolve) => setTimeout(resolve, 200));
	}
	throw new Error(`${what}: not within ${seconds} s. ${String(last())}`);
}
