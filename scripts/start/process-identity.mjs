import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * A process is its id AND its start time: after a reboot or a long uptime the same id belongs to
 * another program, and a lock that trusts the number alone blocks the start for ever, or kills a
 * stranger.
 * @typedef {{ pid: number, identity: string }} ProcessMark
 */

/**
 * When the process started, as an opaque text; null when it does not run (a zombie does not run).
 * @param {number} pid
 * @returns {string | null}
 */
export function identityOf(pid) {
	if (!Number.isInteger(pid) || pid <= 0) return null;
	return process.platform === 'linux' ? fromProc(pid) : fromPs(pid);
}

/**
 * @param {ProcessMark} mark
 * @returns {boolean}
 */
export function stillRuns(mark) {
	const now = identityOf(mark.pid);
	return now !== null && now === mark.identity;
}

/**
 * The mark of a running process, or null when it has already gone.
 * @param {number} pid
 * @returns {ProcessMark | null}
 */
export function markOf(pid) {
	const identity = identityOf(pid);
	return identity === null ? null : { pid, identity };
}

/** @param {number} pid */
function fromProc(pid) {
	let stat;
	try {
		stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
	} catch {
		return null;
	}
	// The second field is the program's name in brackets and may itself contain spaces and brackets.
	const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
	if (fields[0] === 'Z' || fields[0] === 'X') return null;
	// Ticks since boot repeat from boot to boot: the boot id makes them unique.
	return `${bootId()}:${fields[19]}`;
}

function bootId() {
	try {
		return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
	} catch {
		return '';
	}
}

/** @param {number} pid */
function fromPs(pid) {
	try {
		const line = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
			encoding: 'utf8',
			stdio: ['ignore', 'pipe', 'ignore'],
			env: { ...process.env, LC_ALL: 'C' }
		}).trim();
		const [state = '', ...started] = line.split(/\s+/);
		return line === '' || state.startsWith('Z') ? null : started.join(' ');
	} catch {
		return null;
	}
}
