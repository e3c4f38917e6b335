import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { markOf, stillRuns } from './process-identity.mjs';
import { signalGroup } from './run.mjs';

/** @typedef {import('./process-identity.mjs').ProcessMark & { name: string }} Child */

/**
 * Remembers which processes this start began, in a file, so that the next start can end those that
 * outlived a `kill -9`. Where the file cannot be written, as on a full disk, it stays as it was: the
 * processes go on, and the next change of them writes it whole.
 * @param {string} file
 */
export function childRecord(file) {
	/** @type {Map<string, Child>} */
	const children = new Map();
	const save = () => {
		try {
			writeFileSync(`${file}.new`, JSON.stringify([...children.values()]), { mode: 0o600 });
			renameSync(`${file}.new`, file);
		} catch {
			// Called where a process is started again: thrown there, it would end all the others with it.
		}
	};
	return {
		/**
		 * @param {string} name
		 * @param {number} pid
		 */
		add(name, pid) {
			const mark = markOf(pid);
			if (!mark) return;
			children.set(name, { name, ...mark });
			save();
		},
		clear() {
			children.clear();
			save();
		}
	};
}

/**
 * Ends what an earlier start left running: they end by themselves when their pipe breaks, but the
 * next start may come sooner, and two workers would take the same run.
 * @param {string} file
 * @param {number} [patienceMs]
 */
export async function endLeftovers(file, patienceMs = 5000) {
	const left = readChildren(file).filter(stillRuns);
	for (const child of left) signalGroup(child.pid, 'SIGTERM');
	for (const until = Date.now() + patienceMs; left.some(stillRuns) && Date.now() < until; ) await sleep(25);
	for (const child of left) if (stillRuns(child)) signalGroup(child.pid, 'SIGKILL');
	for (const until = Date.now() + 2000; left.some(stillRuns) && Date.now() < until; ) await sleep(10);
	return left.length;
}

/**
 * @param {string} file
 * @returns {Child[]}
 */
function readChildren(file) {
	try {
		const read = JSON.parse(readFileSync(file, 'utf8'));
		return Array.isArray(read) ? read : [];
	} catch {
		return [];
	}
}
