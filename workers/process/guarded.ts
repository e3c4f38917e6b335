import { mkdir, mkdtemp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProcessExit } from './exit-record.ts';
import type { Runner } from './run.ts';
import { every } from './every.ts';
import { startProcess } from './supervise.ts';
import type { StartOptions } from './supervise.ts';
import { openTail } from './tail.ts';

/** Characters of a log's end that say why something failed. */
const TAIL = 50_000;

/** How often a log is read for lines that somebody follows. */
const TOLD_MS = 1000;

/** How a guarded command ended, and the end of what it wrote. */
export type Guarded = { exit: ProcessExit; log: string };

/**
 * Runs a command that may take hours to its end under a guard, and renews for it: it does not outlive this worker, nor go on
 * when the signal is raised.
 */
export async function runGuarded(options: StartOptions, signal: AbortSignal): Promise<Guarded> {
	const started = await startProcess(options);
	if (!started.ok) return { exit: started.exit, log: '' };
	const { process } = started;
	const renewing = setInterval(() => process.renew(), (options.selfTerminateSeconds * 1000) / 4);
	const stop = () => void process.stop();
	signal.addEventListener('abort', stop, { once: true });
	if (signal.aborted) stop();
	try {
		const exit = await process.exited;
		return { exit, log: (await readFile(join(options.dir, 'engine.log'), 'utf8').catch(() => '')).slice(-TAIL) };
	} finally {
		clearInterval(renewing);
		signal.removeEventListener('abort', stop);
	}
}

/** Tells the lines of a growing log, about once a second, and at its end what is left. */
function followLog(path: string, onLine: (line: string) => void): { end: () => Promise<void> } {
	const tail = openTail(path);
	// What cannot be read now is told the next time.
	const looking = every(TOLD_MS, async () => (await tail.read()).forEach(onLine))(() => undefined);
	return {
		end: async () => {
			await looking.stop();
			(await tail.rest()).forEach(onLine);
		}
	};
}

/**
 * Runs commands as `run` does, but each under a guard, with its log in a folder of its own below `dir`. Both streams are in
 * that one log, whose end is given for either.
 */
export function guardedRunner(options: Omit<StartOptions, 'argv' | 'env'>): Runner {
	return async (argv, { env, timeoutMs, signal, onLine }) => {
		await mkdir(options.dir, { recursive: true });
		const ends = [...(signal ? [signal] : []), ...(timeoutMs === undefined ? [] : [AbortSignal.timeout(timeoutMs)])];
		const dir = await mkdtemp(join(options.dir, 'command-'));
		const following = onLine && followLog(join(dir, 'engine.log'), onLine);
		const { exit, log } = await runGuarded({ ...options, argv, env, dir }, AbortSignal.any(ends)).finally(() => following?.end());
		if (exit.reason === 'start_failed') return { code: 127, signal: null, stdout: '', stderr: exit.message ?? '' };
		// A program that was ended and says 0 has not done what it was to do.
		return { code: exit.reason === 'exited' ? exit.code : null, signal: exit.signal, stdout: log, stderr: log };
	};
}
