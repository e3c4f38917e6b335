import { hostname } from 'node:os';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Trouble } from './trouble.mjs';

/** The checkout. `import.meta.dirname` would need Node 20.11, and 20.0 is promised. */
export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');

/**
 * @typedef {object} Settings
 * @property {string} host
 * @property {number} port
 * @property {string} origin the address people type; form posts from any other are refused
 * @property {string} probe where this machine itself reaches the web process
 * @property {string} dataDir
 * @property {string | undefined} databaseUrl
 * @property {boolean} demo
 */

/**
 * Reads what `npm start` takes from the environment, once.
 * @param {NodeJS.ProcessEnv} env
 * @param {string} [root]
 * @returns {Settings}
 */
export function readSettings(env, root = ROOT) {
	const host = env['HOST'] || '127.0.0.1';
	const port = Number(env['PORT'] || 3000);
	if (!Number.isInteger(port) || port < 1 || port > 65535) {
		throw new Trouble(`PORT=${env['PORT']} is not a port number. Use one between 1 and 65535: PORT=3000 npm start`);
	}
	const everywhere = host === '0.0.0.0' || host === '::';
	// http://0.0.0.0 is no address a browser is ever at: every form post would be refused as foreign.
	const origin = env['ORIGIN'] || `http://${bracket(everywhere ? hostname() : host)}:${port}`;
	const probe = `http://${host === '::' ? '[::1]' : everywhere ? '127.0.0.1' : bracket(host)}:${port}`;
	return {
		host,
		port,
		origin,
		probe,
		dataDir: resolve(root, env['PLUMBLINE_DATA_DIR'] || '.plumbline'),
		databaseUrl: env['DATABASE_URL'] || undefined,
		demo: env['PLUMBLINE_DEMO'] !== '0'
	};
}

/** @param {string} host */
function bracket(host) {
	return host.includes(':') ? `[${host}]` : host;
}
