import { spawn } from 'node:child_process';
import { dirname, delimiter } from 'node:path';

const EXIT_WITH_PARENT = new URL('./exit-with-parent.mjs', import.meta.url).href;
const KEPT_OUTPUT = 400_000;

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();
let ending = false;

/**
 * Arguments that make a Node script end with its parent. The caller gives it a pipe as standard input.
 * @param {string[]} args
 */
export function endingWithParent(args) {
	return ['--import', EXIT_WITH_PARENT, ...args];
}

/**
 * The environment for a child: ours, plus `extra`, with the folder of `node` first on PATH, so that
 * tools which call `node` by name get the same one.
 * @param {string} node
 * @param {Record<string, string | undefined>} [extra]
 * @returns {NodeJS.ProcessEnv}
 */
export function childEnv(node, extra = {}) {
	const path = `${dirname(node)}${delimiter}${process.env['PATH'] ?? ''}`;
	return { ...process.env, PATH: path, ...extra, PLUMBLINE_PARENT_PIPE: '1' };
}

/**
 * @typedef {object} Ended
 * @property {number | null} code
 * @property {NodeJS.Signals | null} signal
 * @property {string} output the end of standard output and error, mixed
 */

/**
 * Runs a Node script to its end in its own process group (a Ctrl-C at the terminal reaches only us;
 * we decide who stops when).
 * @param {string} node
 * @param {string[]} args
 * @param {{ cwd: string, env?: NodeJS.ProcessEnv, onLine?: (line: string) => void }} options
 * @returns {Promise<Ended>}
 */
export function runNode(node, args, options) {
	return runToEnd(node, endingWithParent(args), { ...options, env: options.env ?? childEnv(node) });
}

/**
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd: string, env?: NodeJS.ProcessEnv, onLine?: (line: string) => void, uid?: number, gid?: number }} options
 * @returns {Promise<Ended>}
 */
export function runToEnd(command, args, { cwd, env = process.env, onLine, uid, gid }) {
	// A step of several commands must not begin the next one after the person pressed Ctrl-C.
	if (ending) return Promise.reject(new Error('stopping'));
	return new Promise((resolve, reject) => {
		const child = spawn(command, args, { cwd, env, uid, gid, detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
		running.add(child);
		let output = '';
		let rest = '';
		const take = (/** @type {Buffer} */ chunk) => {
			const text = chunk.toString();
			output = (output + text).slice(-KEPT_OUTPUT);
			if (!onLine) return;
			const lines = (rest + text).split('\n');
			rest = lines.pop() ?? '';
			for (const line of lines) if (line.trim()) onLine(line.trimEnd());
		};
		child.stdout.on('data', take);
		child.stderr.on('data', take);
		child.stdin.on('error', () => {}); // a child that ends first closes the pipe; that is no error
		child.on('error', (error) => {
			running.delete(child);
			reject(error);
		});
		child.on('close', (code, signal) => {
			running.delete(child);
			resolve({ code, signal, output });
		});
	});
}

/** Ends every child that runToEnd still waits for: the person pressed Ctrl-C in the middle of a step. */
export function endRunning() {
	ending = true;
	for (const child of running) signalGroup(child.pid, 'SIGTERM');
	setTimeout(() => {
		for (const child of running) signalGroup(child.pid, 'SIGKILL');
	}, 5000).unref();
}

/**
 * Signals a process group; false when it has gone.
 * @param {number | undefined} pid
 * @param {NodeJS.Signals} signal
 */
export function signalGroup(pid, signal) {
	if (!pid) return false;
	try {
		process.kill(-pid, signal);
		return true;
	} catch {
		return false;
	}
}

/**
 * The last lines of a tool's output, for a person.
 * @param {string} output
 * @param {number} [count]
 */
export function tail(output, count = 15) {
	return output.trimEnd().split('\n').slice(-count).join('\n');
}
