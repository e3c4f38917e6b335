import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { childEnv, runNode, tail } from './run.mjs';
import { keepRunning } from './processes.mjs';
import { Trouble } from './trouble.mjs';

/** adapter-node waits this long for open connections (live pages keep theirs open for ever). */
const WEB_DRAIN_S = 5;
const WEB_GRACE_MS = 10_000;
/** Answers under way may go on for so long; a gateway of its own lets them go on for longer. */
const GATEWAY_DRAIN_S = 8;
/** The worker ends its engines first, and an engine may need 30 s to save its checkpoint. */
const WORKER_GRACE_MS = 35_000;

/**
 * @typedef {object} Surroundings
 * @property {string} root
 * @property {string} node
 * @property {import('./settings.mjs').Settings} settings
 * @property {string} databaseUrl
 * @property {string | null} python
 * @property {(line: string) => void} say
 */

/**
 * What every process of ours gets from us.
 * @param {Surroundings} around
 * @returns {Record<string, string | undefined>}
 */
function sharedEnv({ settings, databaseUrl, python }) {
	return {
		NODE_ENV: 'production',
		DATABASE_URL: databaseUrl,
		PLUMBLINE_DATA_DIR: settings.dataDir,
		ORIGIN: settings.origin,
		PLUMBLINE_GATEWAY_PORT: String(settings.gateway.port ?? 0),
		PLUMBLINE_GATEWAY_URL: settings.gateway.url,
		...(python ? { PLUMBLINE_PYTHON: python } : {})
	};
}

/**
 * Reads the settings as every process will, before anything is built or begun on: what is wrong in
 * them is one line here, and would be a stack of whichever process reads it first.
 * @param {Omit<Surroundings, 'databaseUrl'>} around
 */
export async function checkSettings(around) {
	// The database of our own is not there yet, and is no setting.
	const databaseUrl = around.settings.databaseUrl ?? 'postgres://127.0.0.1/plumbline';
	const ended = await runScript({ ...around, databaseUrl }, 'scripts/check-settings.ts');
	if (ended.code !== 0) throw new Trouble(tail(ended.output, 1) || 'The settings cannot be read.');
}

/**
 * Brings the database to this version. Takes its own lock: several hosts may start at once.
 * @param {Surroundings} around
 */
export async function migrate(around) {
	const ended = await runScript(around, 'drizzle/migrate.ts');
	if (ended.code !== 0) throw new Trouble('The database could not be brought to this version; it says why above.', tail(ended.output, 20));
}

/**
 * Looks whether the artifact store's folder is this database's. Another's ends the start before anything is written beside it.
 * @param {Surroundings} around
 */
export async function checkStore(around) {
	const ended = await runScript(around, 'scripts/check-store.ts');
	if (ended.code !== 0) throw new Trouble(tail(ended.output, 1) || 'The artifact store cannot be looked at.');
	for (const line of ended.output.split('\n')) if (line.trim()) around.say(line.trimEnd());
}

/** How the seed ends that did its work where the accounts in the data folder are not this database's. */
const NO_ACCOUNTS = 20;

/**
 * Writes the demo at the first start; later it finds its own traces and does nothing.
 * @param {Surroundings} around
 * @returns {Promise<boolean>} whether the accounts in the data folder are this database's
 */
export async function seedDemo(around) {
	const ended = await runScript(around, 'drizzle/seed/main.ts');
	if (ended.code !== 0 && ended.code !== NO_ACCOUNTS) throw new Trouble('The demo could not be written; it says why above. Start without it: PLUMBLINE_DEMO=0 npm start', tail(ended.output, 20));
	for (const line of ended.output.split('\n')) if (line.trim()) around.say(line.trimEnd());
	return ended.code === 0;
}

/**
 * @param {Surroundings} around
 * @param {string} script
 */
function runScript(around, script) {
	const { root, node } = around;
	if (!existsSync(join(root, script))) throw new Trouble(`${script} is missing from this checkout. Restore it: git checkout -- ${script}`);
	return runNode(node, [script], { cwd: root, env: childEnv(node, sharedEnv(around)) });
}

/** Node lets young objects fill 100 MB before it looks at them: a web process that lives long has better use for the memory. */
export const WEB_FLAGS = ['--max-semi-space-size=8'];

/**
 * @param {Surroundings} around
 * @param {{ setupCode?: string, onSpawn: (pid: number) => void }} options
 */
export function startWeb(around, { setupCode, onSpawn }) {
	const { settings } = around;
	return keepRunning({
		...common(around, 'web'),
		args: [...WEB_FLAGS, join('build', 'index.js')],
		graceMs: WEB_GRACE_MS,
		env: {
			...sharedEnv(around),
			HOST: settings.host,
			PORT: String(settings.port),
			SOCKET_PATH: undefined, // of the person's shell: it would win over HOST and PORT
			BODY_SIZE_LIMIT: 'Infinity', // imports are streamed; adapter-node would cut them at 512 K
			SHUTDOWN_TIMEOUT: String(WEB_DRAIN_S),
			PLUMBLINE_SETUP_CODE: setupCode
		},
		onSpawn
	});
}

/**
 * @param {Surroundings} around
 * @param {{ onSpawn: (pid: number) => void }} options
 */
export function startWorker(around, { onSpawn }) {
	return keepRunning({
		...common(around, 'worker'),
		args: [join('workers', 'main.ts')],
		graceMs: WORKER_GRACE_MS,
		env: sharedEnv(around),
		onSpawn
	});
}

/**
 * @param {Surroundings} around
 * @param {{ onSpawn: (pid: number) => void }} options
 */
export function startGateway(around, { onSpawn }) {
	const { settings } = around;
	return keepRunning({
		...common(around, 'gateway'),
		args: [join('workers', 'gateway.ts')],
		graceMs: GATEWAY_DRAIN_S * 1000 + 2000,
		env: { ...sharedEnv(around), HOST: settings.host, PLUMBLINE_GATEWAY_DRAIN_S: process.env['PLUMBLINE_GATEWAY_DRAIN_S'] || String(GATEWAY_DRAIN_S) },
		onSpawn
	});
}

/**
 * @param {Surroundings} around
 * @param {string} name
 */
function common({ root, node, settings, say }, name) {
	return { name, node, cwd: root, say, logFile: join(settings.dataDir, 'logs', `${name}.log`) };
}
