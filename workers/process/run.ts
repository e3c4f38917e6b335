import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** What a short command gave back. `code` is null when a signal or the time limit ended it. */
export type CommandResult = { code: number | null; signal: NodeJS.Signals | null; stdout: string; stderr: string };

export type RunOptions = {
	env?: NodeJS.ProcessEnv;
	cwd?: string;
	timeoutMs?: number;
	signal?: AbortSignal;
	/** Each line of both streams as it comes. */
	onLine?: (line: string) => void;
};

/** How a program of the engine is run to its end: as `run` does it, or under a guard. */
export type Runner = (argv: readonly string[], options: Pick<RunOptions, 'timeoutMs' | 'signal' | 'onLine'> & { env: Record<string, string> }) => Promise<CommandResult>;

/** Keeps the end of a stream: a chatty installer must not fill the worker's memory. */
const KEPT_CHARACTERS = 4_000_000;

/**
 * Runs a short command to its end in a process group of its own; for training see `startProcess`.
 * A program that cannot be started gives code 127 and the reason in `stderr`.
 */
export function run(argv: readonly string[], options: RunOptions = {}): Promise<CommandResult> {
	return new Promise((resolve) => {
		const [program = '', ...args] = argv;
		const child = spawn(program, args, {
			cwd: options.cwd,
			env: options.env ?? process.env,
			stdio: ['ignore', 'pipe', 'pipe'],
			// Its own group, so that a cancelled pip does not leave its compilers behind.
			detached: true
		});
		let stdout = '';
		let stderr = '';
		child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout = (stdout + text).slice(-KEPT_CHARACTERS)));
		child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr = (stderr + text).slice(-KEPT_CHARACTERS)));
		if (options.onLine) {
			createInterface({ input: child.stdout }).on('line', options.onLine);
			createInterface({ input: child.stderr }).on('line', options.onLine);
		}
		const kill = () => {
			try {
				if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
			} catch {
				// Already gone.
			}
		};
		const timer = options.timeoutMs === undefined ? undefined : setTimeout(kill, options.timeoutMs);
		options.signal?.addEventListener('abort', kill, { once: true });
		if (options.signal?.aborted) kill();
		const done = (result: CommandResult) => {
			clearTimeout(timer);
			options.signal?.removeEventListener('abort', kill);
			resolve(result);
		};
		child.on('error', (error) => done({ code: 127, signal: null, stdout, stderr: error.message }));
		child.on('close', (code, signal) => done({ code, signal, stdout, stderr }));
	});
}
