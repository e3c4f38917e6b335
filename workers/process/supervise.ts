import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { readExitRecord } from './exit-record.ts';
import type { ProcessExit } from './exit-record.ts';
import { killGroup, killOrphans } from './groups.ts';
import type { GuardConfig } from './guard.ts';

export type StartOptions = {
	argv: readonly string[];
	/** The engine's whole environment; nothing of the worker's is added, its secrets least of all. */
	env: Readonly<Record<string, string>>;
	cwd: string;
	/** The attempt's folder: gets `engine.log` and `exit.json`. */
	dir: string;
	/** Between TERM and KILL when nobody asked for another grace time. A checkpoint is saved at the end of a step. */
	graceSeconds: number;
	/** Without `renew()` for this long, the guard ends the engine. Must be shorter than the attempt's lease. */
	selfTerminateSeconds: number;
	/** Unique to the attempt; how its processes are found again. */
	marker: string;
};

/** A supervised process. */
export type SupervisedProcess = {
	pid: number;
	pgid: number;
	guardPid: number;
	/** Says that the worker still holds its lease. */
	renew(): void;
	/** TERM to the group, KILL after the grace time; resolves when it ended. */
	stop(graceSeconds?: number): Promise<ProcessExit>;
	exited: Promise<ProcessExit>;
};

const GUARD = fileURLToPath(new URL('./guard.ts', import.meta.url));

/**
 * Starts a process under a guard that ends it when this worker dies or stops renewing. When the program cannot be
 * started, the result is its exit with reason `start_failed`.
 */
export async function startProcess(options: StartOptions): Promise<{ ok: true; process: SupervisedProcess } | { ok: false; exit: ProcessExit }> {
	await mkdir(options.dir, { recursive: true });
	const guard = spawn(process.execPath, [GUARD], {
		stdio: ['pipe', 'pipe', 'inherit'],
		// Only what Node needs: the guard must not keep the worker's secrets in a readable environ.
		env: { PATH: process.env.PATH ?? '' },
		// Out of the worker's group, or the signal that kills the worker's group would kill the guard with it.
		detached: true
	});
	guard.stdin.on('error', () => {}); // The guard is gone; `exited` tells.
	const config: GuardConfig = { ...options, argv: [...options.argv], env: { ...options.env } };
	const send = (line: string) => void (guard.stdin.writable && guard.stdin.write(`${line}\n`));
	send(JSON.stringify(config));

	let pid = 0;
	let told: ProcessExit | undefined;
	let started = () => {};
	const running = new Promise<void>((resolve) => (started = resolve));
	createInterface({ input: guard.stdout }).on('line', (line) => {
		const message = JSON.parse(line) as { started?: { pid: number }; exited?: ProcessExit };
		if (message.started) {
			pid = message.started.pid;
			started();
		}
		if (message.exited) told = message.exited;
	});
	const exited = new Promise<ProcessExit>((resolve) => {
		guard.once('error', (error) => resolve({ code: null, signal: null, reason: 'start_failed', at: new Date().toISOString(), message: error.message }));
		guard.once('close', () => {
			void (async () => {
				const exit = told ?? (await readExitRecord(options.dir));
				if (exit) return resolve(exit);
				// Somebody killed the guard: without it the engine would run on unwatched.
				if (pid > 1) killGroup(pid);
				await killOrphans(options.marker);
				resolve({ code: null, signal: 'SIGKILL', reason: 'guard_lost', at: new Date().toISOString() });
			})();
		});
	});

	await Promise.race([running, exited]);
	if (pid === 0) return { ok: false, exit: await exited };
	return {
		ok: true,
		process: {
			pid,
			pgid: pid,
			guardPid: guard.pid as number,
			renew: () => send('renew'),
			stop: (graceSeconds = options.graceSeconds) => {
				send(`stop ${graceSeconds}`);
				return exited;
			},
			exited
		}
	};
}
