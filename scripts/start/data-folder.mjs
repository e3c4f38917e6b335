import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { acquireLock, LockHeld } from './lock.mjs';
import { Trouble } from './trouble.mjs';

/**
 * Makes the data folder and takes it for this start; a second start on it is refused.
 * @param {string} dataDir
 */
export async function openDataFolder(dataDir) {
	// Started by root, PostgreSQL's user must be able to pass through; what lies inside stays closed.
	mkdirSync(dataDir, { recursive: true, mode: process.getuid?.() === 0 ? 0o711 : 0o700 });
	try {
		return await acquireLock(join(dataDir, 'lock'));
	} catch (error) {
		if (!(error instanceof LockHeld)) throw error;
		throw new Trouble(
			`Plumbline already runs on ${dataDir}: ${error.message}. Use that one, stop it (kill ${error.pid}), or name another data folder: PLUMBLINE_DATA_DIR=… PORT=3001 npm start`
		);
	}
}
