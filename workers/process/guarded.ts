import { mkdir, mkdtemp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProcessExit } from './exit-record.ts';
import type { Runner } from './run.ts';
import { startProcess } from './supervise.ts';
import type { StartOptions } from './supervise.ts';

/** Characters of a log's end that say why something failed. */
const TAIL = 50_000;

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

/**
 * Runs commands as `run` does, but each under a guard, with its log in a folder of its own below `dir`. Both streams are in
 * that one log, whose end is given for either; lines are not told as they come.
 */
export function guardedRunner(options: Omit<StartOptions, 'argv' | 'env'>): Runner {
	return async (argv, { env, timeoutMs, signal }) => {
		await mkdir(options.dir, { recursive: true });
		const ends = [...(signal ? [signal] : []), ...(timeoutMs === undefined ? [] : [AbortSignal.timeout(timeoutMs)])];
		const { exit, log } = await runGuarded({ ...options, argv, env, dir: await mkdtemp(join(options.dir, 'command-')) }, AbortSignal.any(ends));
		if (exit.reason === 'start_failed') return { code: 127, signal: null, stdout: '', stderr: exit.message ?? '' };
		// A program that was ended and says 0 has not done what it was to do.
		return { code: exit.reason === 'exited' ? exit.code : null, signal: exit.signal, stdout: log, stderr: log };
	};
}
