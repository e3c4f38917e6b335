import { accessSync, constants, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { acquireLock, LockHeld } from './lock.mjs';
import { Trouble } from './trouble.mjs';

const A_MOMENT_MS = 800;
const STOPPING_MS = 60_000;

/**
 * Makes the data folder and takes it for this start; a second start on it is refused, unless the
 * first is on its way out: then this one waits.
 * @param {string} dataDir
 * @returns {Promise<{ stopping: () => void, release: () => void }>}
 */
export async function openDataFolder(dataDir) {
	make(dataDir);
	const note = join(dataDir, 'stopping');
	const lock = await takeLock(join(dataDir, 'lock'), note, dataDir);
	rmSync(note, { force: true });
	return {
		stopping() {
			try {
				writeFileSync(note, String(process.pid));
			} catch {
				// A full disk. Without the note the next start waits less long for us; stopping must go on.
			}
		},
		release() {
			rmSync(note, { force: true });
			lock.release();
		}
	};
}

/** @param {string} dataDir */
function make(dataDir) {
	try {
		// Started by root, PostgreSQL's user must be able to pass through; what lies inside stays closed.
		mkdirSync(dataDir, { recursive: true, mode: process.getuid?.() === 0 ? 0o711 : 0o700 });
		accessSync(dataDir, constants.W_OK);
	} catch (error) {
		const { code } = /** @type {NodeJS.ErrnoException} */ (error);
		throw new Trouble(`The data folder ${dataDir} cannot be made or written (${code}). Name one that you may write: PLUMBLINE_DATA_DIR=… npm start`);
	}
}

/**
 * @param {string} file
 * @param {string} note
 * @param {string} dataDir
 */
async function takeLock(file, note, dataDir) {
	for (const began = Date.now(); ; await sleep(100)) {
		try {
			return await acquireLock(file);
		} catch (error) {
			if (!(error instanceof LockHeld)) throw error;
			// A start whose npm was just killed needs a moment to notice, and then some to stop.
			const patience = read(note) === String(error.pid) ? STOPPING_MS : A_MOMENT_MS;
			if (Date.now() - began < patience) continue;
			throw new Trouble(
				`Plumbline already runs on ${dataDir}: the folder is ${error.message}. Use that one, stop it (kill ${error.pid}), or take another folder: PLUMBLINE_DATA_DIR=… PORT=3001 npm start`
			);
		}
	}
}

/** @param {string} file */
function read(file) {
	return existsSync(file) ? readFileSync(file, 'utf8') : null;
}
