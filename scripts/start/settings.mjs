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
 * @property {Gateway} gateway
 * @property {string} dataDir
 * @property {string | undefined} databaseUrl
 * @property {boolean} demo
 */

/**
 * @typedef {object} Gateway
 * @property {number | null} port where the gateway listens; null: none is started
 * @property {boolean} asked whether somebody chose the port; otherwise one that is taken is done without
 * @property {string | undefined} url the address that applications are told
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
		gateway: readGateway(env, { host: everywhere ? hostname() : host, port }),
		dataDir: resolve(root, env['PLUMBLINE_DATA_DIR'] || '.plumbline'),
		databaseUrl: env['DATABASE_URL'] || undefined,
		demo: env['PLUMBLINE_DEMO'] !== '0'
	};
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @param {{ host: string, port: number }} web
 * @returns {Gateway}
 */
function readGateway(env, web) {
	const given = env['PLUMBLINE_GATEWAY_PORT'];
	const port = given ? Number(given) : web.port + 1;
	if (!Number.isInteger(port) || port < 0 || (given && port > 65535)) {
		throw new Trouble(`PLUMBLINE_GATEWAY_PORT=${given} is not a port number. Use one between 1 and 65535, or 0 for no gateway.`);
	}
	const none = port === 0 || port > 65535;
	return { port: none ? null : port, asked: Boolean(given), url: env['PLUMBLINE_GATEWAY_URL'] || (none ? undefined : `http://${bracket(web.host)}:${port}/v1`) };
}

/** @param {string} host */
function bracket(host) {
	return host.includes(':') ? `[${host}]` : host;
}
