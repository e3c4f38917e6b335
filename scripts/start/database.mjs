import { setTimeout as sleep } from 'node:timers/promises';
import { Trouble } from './trouble.mjs';

const PATIENCE_MS = 5000;
const OLDEST = 15;

/**
 * Connects once and says in one line what is wrong when it cannot.
 * @param {string} url
 */
export async function checkDatabase(url) {
	const where = describeUrl(url);
	const { default: postgres } = await import('postgres');
	const sql = postgres(url, { max: 1, connect_timeout: PATIENCE_MS / 1000, onnotice: () => {} });
	try {
		const late = sleep(PATIENCE_MS, undefined, { ref: false }).then(() => {
			throw Object.assign(new Error('no answer'), { code: 'CONNECT_TIMEOUT' });
		});
		const [row] = await Promise.race([sql`select current_setting('server_version_num')::int / 10000 as major`, late]);
		const major = Number(row?.['major']);
		if (major < OLDEST) throw new Trouble(`The database at ${where} is PostgreSQL ${major}; Plumbline needs ${OLDEST} or newer.`);
	} catch (error) {
		if (error instanceof Trouble) throw error;
		throw new Trouble(reason(where, /** @type {{ code?: string, message: string }} */ (error)));
	} finally {
		void sql.end({ timeout: 0 });
	}
}

/**
 * @param {string} adminUrl
 * @param {string} name
 */
export async function ensureDatabase(adminUrl, name) {
	const { default: postgres } = await import('postgres');
	const sql = postgres(adminUrl, { max: 1, connect_timeout: 30, onnotice: () => {} });
	try {
		const [found] = await sql`select 1 from pg_database where datname = ${name}`;
		if (!found) await sql`create database ${sql(name)}`;
	} finally {
		await sql.end({ timeout: 5 });
	}
}

/**
 * @param {string} where
 * @param {{ code?: string, message: string }} error
 */
function reason(where, error) {
	const fix = 'Correct DATABASE_URL, or leave it out to use the embedded database.';
	if (error.code === '28P01' || error.code === '28000') return `The database at ${where} refuses the user or password. ${fix}`;
	if (error.code === '3D000') return `The database at ${where} does not exist. Create it, or correct DATABASE_URL.`;
	if (error.code === 'ENOTFOUND' || error.code === 'EAI_AGAIN') return `The host of the database at ${where} is unknown. ${fix}`;
	if (error.code === '53300') return `The database at ${where} has no connection left. Raise its max_connections or end other clients.`;
	return `The database at ${where} cannot be reached (${error.code ?? error.message}). Start it. ${fix}`;
}

/**
 * Host, port and name; never the password.
 * @param {string} url
 */
export function describeUrl(url) {
	try {
		const { protocol, hostname, port, pathname } = new URL(url);
		if (!/^postgres(ql)?:$/.test(protocol)) throw new Error('another protocol');
		return `${hostname}:${port || 5432}${pathname}`;
	} catch {
		throw new Trouble('DATABASE_URL is not an address of PostgreSQL. It looks like postgres://user:password@host:5432/name.');
	}
}
