import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The database of ours inside the embedded cluster. */
export const DATABASE = 'plumbline';
/** The cluster's only user. */
export const USER = 'plumbline';

/**
 * The address of a data folder's embedded database, for commands that run beside `npm start`; null
 * when it has none (a server of one's own: DATABASE_URL) or was never started.
 * @param {string} dataDir
 * @returns {string | null}
 */
export function knownDatabaseUrl(dataDir) {
	const file = join(dataDir, 'postgres.json');
	if (!existsSync(file)) return null;
	const { port, password } = JSON.parse(readFileSync(file, 'utf8'));
	return port && password ? databaseUrl(port, password, DATABASE) : null;
}

/**
 * @param {number | undefined} port
 * @param {string} password
 * @param {string} database
 */
export function databaseUrl(port, password, database) {
	return `postgres://${USER}:${password}@127.0.0.1:${port}/${database}`;
}
