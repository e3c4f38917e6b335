import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A program that answers each line with a line, in order. */
export type LineService = {
	/** Sends a line and gives the answer; fails when the program ended or takes longer than allowed. */
	ask: (line: string) => Promise<string>;
	/** Ends it. */
	stop: () => void;
	/** Resolves when it has ended. */
	ended: Promise<void>;
};

/**
 * Starts such a program and waits for its first line, which says that it is
 * ready. It ends with its standard input, and so with this process, however that
 * ends. What it writes on standard error is kept to its last 4,000 signs, for a
 * failure's message.
 * @param options.signal ends it, also while it does not yet say that it is ready
 * @throws Error when it does not start, does not get ready in time, or is ended before
 */
export async function startLineService(argv: readonly string[], options: { env: NodeJS.ProcessEnv; timeoutMs: number; signal?: AbortSignal }): Promise<{ service: LineService; greeting: string }> {
	const [program = '', ...args] = argv;
	options.signal?.throwIfAborted();
	const child = spawn(program, args, { env: options.env, stdio: ['pipe', 'pipe', 'pipe'], signal: options.signal, killSignal: 'SIGKILL' });
	const waiting: { give: (line: string) => void; fail: (error: Error) => void }[] = [];
	let said = '';
	child.stdin.on('error', () => undefined); // It is gone; `close` tells.
	child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-4000)));
	createInterface({ input: child.stdout }).on('line', (line) => waiting.shift()?.give(line));
	let over: Error | null = null;
	const end = (reason: string) => {
		over ??= new Error(reason);
		for (const one of waiting.splice(0)) one.fail(over);
	};
	const ended = new Promise<void>((resolve) => {
		child.once('error', (error) => {
			end(error.message);
			resolve();
		});
		child.once('close', (code) => {
			end(`it ended with code ${code ?? 'none'}: ${said.trim().split('\n').at(-1) ?? ''}`);
			resolve();
		});
	});
	const next = () =>
		new Promise<string>((give, fail) => {
			if (over) return fail(over);
			const timer = setTimeout(() => {
				end(`it gave no answer within ${options.timeoutMs / 1000} s`);
				child.kill('SIGKILL');
			}, options.timeoutMs);
			const done = <T>(then: (value: T) => void) => (value: T) => {
				clearTimeout(timer);
				then(value);
			};
			waiting.push({ give: done(give), fail: done(fail) });
		});
	const service: LineService = {
		ask: (line) => {
			const answer = next();
			if (!over) child.stdin.write(`${line}\n`);
			return answer;
		},
		stop: () => child.kill('SIGKILL'),
		ended
	};
	return { service, greeting: await next() };
}
