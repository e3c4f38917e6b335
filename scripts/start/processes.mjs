import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { openLog } from './log-file.mjs';
import { showErrors } from './log-lines.mjs';
import { childEnv, endingWithParent, signalGroup } from './run.mjs';

const BACK_OFF_MS = [500, 1000, 2000, 5000, 10_000, 30_000];
const STEADY_AFTER_MS = 60_000;

/**
 * @typedef {object} Supervised
 * @property {() => Promise<void>} stop
 * @property {() => number} deaths how often it ended by itself
 * @property {() => string} output the end of what the process said
 */

/**
 * Keeps one Node process running in its own process group: started again, ever later, when it ends
 * by itself; TERM and then KILL when it shall stop.
 * @param {object} what
 * @param {string} what.name
 * @param {string} what.node
 * @param {string[]} what.args
 * @param {string} what.cwd
 * @param {Record<string, string | undefined>} what.env
 * @param {string} what.logFile
 * @param {number} what.graceMs how long it may take to stop
 * @param {(line: string) => void} what.say
 * @param {(pid: number) => void} what.onSpawn
 * @returns {Supervised}
 */
export function keepRunning({ name, node, args, cwd, env, logFile, graceMs, say, onSpawn }) {
	const log = openLog(logFile);
	const show = showErrors(name, logFile, say);
	let output = '';
	let stopping = false;
	let deaths = 0;
	let tries = 0;
	/** @type {import('node:child_process').ChildProcess | undefined} */
	let child;
	/** @type {NodeJS.Timeout | undefined} */
	let again;

	const launch = () => {
		const began = Date.now();
		const started = spawn(node, endingWithParent(args), { cwd, env: childEnv(node, env), detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
		child = started;
		if (started.pid) onSpawn(started.pid);
		const take = (/** @type {boolean} */ isError) => (/** @type {Buffer} */ chunk) => {
			const text = String(chunk);
			output = (output + text).slice(-20_000);
			log.write(text);
			show(text, isError);
		};
		started.stdout.on('data', take(false));
		started.stderr.on('data', take(true));
		started.stdin.on('error', () => {}); // it ended first
		started.on('error', (error) => say(`${name}: cannot be started (${error.message}).`));
		started.on('exit', (code, signal) => {
			// What it left in its own process group would keep the port or the log open.
			signalGroup(started.pid, 'SIGKILL');
			if (stopping) return;
			deaths += 1;
			if (Date.now() - began > STEADY_AFTER_MS) tries = 0;
			const wait = BACK_OFF_MS[Math.min(tries++, BACK_OFF_MS.length - 1)] ?? 0;
			say(`The ${name} process ended (${signal ?? `exit code ${code}`}); starting it again in ${wait / 1000} s. Its log: ${logFile}`);
			again = setTimeout(launch, wait);
		});
	};
	launch();

	return {
		deaths: () => deaths,
		output: () => output,
		async stop() {
			stopping = true;
			clearTimeout(again);
			const gone = () => !child || child.exitCode !== null || child.signalCode !== null;
			if (!gone()) {
				child?.kill('SIGTERM');
				for (const until = Date.now() + graceMs; !gone() && Date.now() < until; ) await sleep(20);
			}
			if (!gone()) {
				say(`The ${name} process did not stop within ${graceMs / 1000} s; ending it.`);
				signalGroup(child?.pid, 'SIGKILL');
				while (!gone()) await sleep(20);
			}
			log.close();
		}
	};
}
