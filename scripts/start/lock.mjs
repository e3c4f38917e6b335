import { linkSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { markOf, stillRuns } from './process-identity.mjs';

const BEAT_MS = 10_000;
const SILENT_AFTER_MS = 45_000;
const SETTLE_MS = 60;

/** Thrown when another living process holds the lock. */
export class LockHeld extends Error {
	/** @param {{ pid: number, host: string }} holder */
	constructor(holder) {
		super(`held by process ${holder.pid}${holder.host === hostname() ? '' : ` on ${holder.host}`}`);
		this.name = 'LockHeld';
		this.pid = holder.pid;
		this.host = holder.host;
	}
}

/**
 * Takes the lock file or throws LockHeld. A lock whose process is gone, or whose process id now
 * belongs to another program, is taken over.
 * @param {string} file
 * @returns {Promise<{ release: () => void }>}
 */
export async function acquireLock(file) {
	const mine = JSON.stringify({ ...markOf(process.pid), host: hostname(), nonce: Math.random() });
	const draft = `${file}.${process.pid}.${Date.now()}`;
	// link() makes the file appear complete or not at all; open('wx') + write leaves a moment in
	// which the second start reads an empty file and takes it for stale.
	writeFileSync(draft, mine, { mode: 0o600 });
	try {
		for (;;) {
			if (tryLink(draft, file)) break;
			const found = read(file);
			if (found === null) continue; // released between link and read
			const holder = parse(found);
			if (holder && isAlive(holder, file)) throw new LockHeld(holder);
			if (!setAside(file, found)) continue;
			if (!tryLink(draft, file)) continue;
			// Two starts may have judged the same stale lock; the later link wins, the earlier sees it here.
			await sleep(SETTLE_MS);
			if (read(file) === mine) break;
		}
	} finally {
		rmSync(draft, { force: true });
	}
	const beat = setInterval(() => touch(file), BEAT_MS);
	beat.unref();
	return {
		release() {
			clearInterval(beat);
			if (read(file) === mine) rmSync(file, { force: true });
		}
	};
}

/**
 * Waits for the lock instead of refusing: for work that two commands may want at the same time.
 * @template T
 * @param {string} file
 * @param {(holder: LockHeld) => void} onWait called once, when somebody else holds it
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(file, onWait, work) {
	let lock;
	for (let told = false; !lock; ) {
		try {
			lock = await acquireLock(file);
		} catch (error) {
			if (!(error instanceof LockHeld)) throw error;
			if (!told) onWait(error);
			told = true;
			await sleep(500);
		}
	}
	try {
		return await work();
	} finally {
		lock.release();
	}
}

/**
 * @param {{ pid: number, identity: string, host: string }} holder
 * @param {string} file
 */
function isAlive(holder, file) {
	if (holder.host === hostname()) return stillRuns(holder);
	// Another host (or container) on a shared folder: its processes cannot be seen from here, its beat can.
	try {
		return Date.now() - statSync(file).mtimeMs < SILENT_AFTER_MS;
	} catch {
		return false;
	}
}

/**
 * Moves a stale lock out of the way. When the file moved was not the stale one but a fresh one that
 * somebody linked in between, it is put back.
 * @param {string} file
 * @param {string} stale
 */
function setAside(file, stale) {
	const aside = `${file}.stale.${process.pid}`;
	try {
		renameSync(file, aside);
	} catch {
		return false;
	}
	const moved = read(aside);
	if (moved !== stale) tryLink(aside, file);
	rmSync(aside, { force: true });
	return moved === stale;
}

/**
 * @param {string} from
 * @param {string} to
 */
function tryLink(from, to) {
	try {
		linkSync(from, to);
		return true;
	} catch (error) {
		if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') return false;
		throw error;
	}
}

/** @param {string} file */
function read(file) {
	try {
		return readFileSync(file, 'utf8');
	} catch {
		return null;
	}
}

/** @param {string} text */
function parse(text) {
	try {
		return /** @type {{ pid: number, identity: string, host: string }} */ (JSON.parse(text));
	} catch {
		return null;
	}
}

/** @param {string} file */
function touch(file) {
	try {
		utimesSync(file, new Date(), new Date());
	} catch {
		// The data folder was deleted under a running start; nothing left to protect.
	}
}
