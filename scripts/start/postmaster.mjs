import { execFileSync, spawn } from 'node:child_process';
import { readFileSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { identityOf } from './process-identity.mjs';

const FAST_STOP_MS = 30_000;
const IMMEDIATE_STOP_MS = 5000;
const GUARD = `trap "" INT HUP TERM
read -r _ && exit 0
sleep 5
[ "$(head -n 1 "$2/postmaster.pid" 2>/dev/null)" = "$1" ] && kill -INT "$1"
[ -n "$3" ] && sleep 3 && rm -rf "$3"`;

/**
 * Starts `postgres` in its own session (a Ctrl-C must not reach it: it stops last) and resolves
 * when it accepts connections. Rejects with its last output when it ends before.
 * @param {object} how
 * @param {string} how.binaries
 * @param {string} how.data
 * @param {string[]} how.args
 * @param {import('./db-account.mjs').Account | null} how.account
 * @param {(text: string) => void} how.log
 * @returns {Promise<import('node:child_process').ChildProcess>}
 */
export async function startPostmaster({ binaries, data, args, account, log }) {
	const child = spawn(join(binaries, 'bin', 'postgres'), ['-D', data, ...args], {
		cwd: '/', // the current folder may be one its user cannot enter
		detached: true,
		stdio: ['ignore', 'pipe', 'pipe'],
		...(account ? { uid: account.uid, gid: account.gid } : {}),
		env: cleanEnv()
	});
	let output = '';
	let ended = false;
	const take = (/** @type {Buffer} */ chunk) => {
		output = (output + chunk).slice(-8000);
		log(String(chunk));
	};
	child.stdout.on('data', take);
	child.stderr.on('data', take);
	child.once('error', (error) => {
		output += String(error);
		ended = true;
	});
	child.once('close', () => (ended = true));
	// No time limit: recovery after a crash may replay for minutes, and ends by itself.
	while (!ended) {
		const status = readPidFile(data);
		if (status && status.pid === child.pid && status.state === 'ready') return child;
		await sleep(25);
	}
	throw new PostmasterEnded(output);
}

/** Thrown when the server ends before it is ready; `output` says why. */
export class PostmasterEnded extends Error {
	/** @param {string} output */
	constructor(output) {
		super('postgres ended before it was ready');
		this.output = output;
	}
}

/**
 * Ends a server that an earlier start left behind on this cluster (it was killed with -9), so that
 * this start owns its only server. A pid file whose process id now belongs to another program is
 * removed: PostgreSQL would refuse to start because "another server might be running".
 * @param {string} data
 * @returns {Promise<boolean>} whether there was one
 */
export async function stopStray(data) {
	const status = readPidFile(data);
	if (!status || identityOf(status.pid) === null) return false;
	if (!serves(status.pid, data)) {
		rmSync(join(data, 'postmaster.pid'), { force: true });
		return false;
	}
	await stopPid(status.pid, () => identityOf(status.pid) === null);
	return true;
}

/**
 * Fast shutdown (open transactions roll back, a checkpoint is written), harder only when that hangs.
 * @param {number} pid
 * @param {() => boolean} gone
 */
export async function stopPid(pid, gone) {
	/** @type {[NodeJS.Signals, number][]} */
	const steps = [['SIGINT', FAST_STOP_MS], ['SIGQUIT', IMMEDIATE_STOP_MS], ['SIGKILL', 5000]];
	for (const [signal, patience] of steps) {
		try {
			process.kill(pid, signal);
		} catch {
			return; // ended in between
		}
		const until = Date.now() + patience;
		while (Date.now() < until) {
			if (gone()) return;
			await sleep(20);
		}
	}
}

/**
 * A shell that waits on a pipe from us and stops the server when we are gone without having said
 * goodbye (kill -9): otherwise the server of a deleted checkout or a killed test runs for ever.
 * It waits a little, so that web and worker end first. It checks the pid file, so that it never
 * signals a later server or a stranger.
 * @param {number} pid
 * @param {string} data
 * @param {string} [passing] the folder of a test's cluster: deleted, or every killed test run leaves 50 MB
 * @returns {{ release: () => void }}
 */
export function guardPostmaster(pid, data, passing = '') {
	const guard = spawn('/bin/sh', ['-c', GUARD, 'plumbline-database-guard', String(pid), data, passing], {
		cwd: '/',
		detached: true,
		stdio: ['pipe', 'ignore', 'ignore']
	});
	guard.stdin.on('error', () => {});
	guard.on('error', () => {});
	guard.unref();
	/** @type {{ unref?: () => void }} */ (guard.stdin).unref?.();
	return { release: () => void guard.stdin.end('\n') };
}

/**
 * @param {string} data
 * @returns {{ pid: number, state: string } | null}
 */
export function readPidFile(data) {
	try {
		const lines = readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n');
		const pid = Number(lines[0]);
		return pid > 0 ? { pid, state: (lines[7] ?? '').trim() } : null;
	} catch {
		return null;
	}
}

/**
 * Whether the process is the server of this very cluster: after a reboot its id may belong to
 * another PostgreSQL on this machine, which is none of our business.
 * @param {number} pid
 * @param {string} data
 */
function serves(pid, data) {
	try {
		if (process.platform === 'linux') {
			return /\/postgres( \(deleted\))?$/.test(readlinkSync(`/proc/${pid}/exe`)) && readlinkSync(`/proc/${pid}/cwd`) === realpathSync(data);
		}
		const command = execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
		return command.includes('postgres') && command.includes(data);
	} catch {
		return false;
	}
}

/** PG* variables of the person's shell (PGDATA, PGPORT, PGOPTIONS …) would steer our server. */
export function cleanEnv() {
	/** @type {NodeJS.ProcessEnv} */
	const env = { LC_ALL: 'C', TZ: 'UTC' };
	for (const [name, value] of Object.entries(process.env)) {
		if (!name.startsWith('PG') && !name.startsWith('LC_') && name !== 'NODE_OPTIONS') env[name] ??= value;
	}
	return env;
}
