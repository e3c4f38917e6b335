import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { placeBinaries, placeCluster } from './cluster-place.mjs';
import { databaseAccount } from './db-account.mjs';
import { choosePort } from './free-port.mjs';
import { databaseUrl, USER } from './known-database.mjs';
import { binariesFolder } from './pg-binaries.mjs';
import { cleanEnv, guardPostmaster, PostmasterEnded, startPostmaster, stopPid, stopStray } from './postmaster.mjs';
import { runToEnd, tail } from './run.mjs';
import { ROOT } from './settings.mjs';
import { Trouble } from './trouble.mjs';

const START_TRIES = 8;

/**
 * @typedef {object} Cluster
 * @property {number} port
 * @property {string} adminUrl
 * @property {(database: string) => string} url
 * @property {() => Promise<void>} stop fast shutdown; a `fast` cluster is deleted
 */

/**
 * @typedef {object} Watcher
 * @property {(line: string) => void} restarting
 * @property {(error: unknown) => void} lost the server died and could not be started again
 */

/**
 * Starts an embedded PostgreSQL in `dir`, making the cluster at the first time. For `npm start` and
 * for tests.
 * @param {object} options
 * @param {string} options.dir where its state is kept; also the cluster, when PostgreSQL's user can get there
 * @param {number} [options.port]
 * @param {boolean} [options.fast] for tests: nothing is flushed to disk, everything is deleted at stop
 * @param {string} [options.root] the checkout whose packages bring PostgreSQL
 * @param {(text: string) => void} [options.log] the server's output
 * @param {Watcher} [options.watcher] given: a server that dies is started again
 * @returns {Promise<Cluster>}
 */
export async function startCluster({ dir, port, fast = false, root = ROOT, log = () => {}, watcher }) {
	dir = resolve(dir);
	const account = databaseAccount();
	mkdirSync(dir, { recursive: true, mode: account ? 0o711 : 0o700 });
	// mkdtemp makes 0700 folders: a test's own temporary folder may be opened for PostgreSQL's user.
	if (fast && account) chmodSync(dir, 0o711);
	const native = binariesFolder(root);
	if (!native) {
		throw new Trouble(`There is no embedded PostgreSQL for ${process.platform}-${process.arch}. Name a PostgreSQL 15 or newer: DATABASE_URL=postgres://… npm start`);
	}
	const binaries = placeBinaries(native, account, fast);
	const state = readState(dir);
	const place = placeCluster({ dir, known: state.cluster && resolve(dir, state.cluster), account, passing: fast });
	const data = join(place, 'data');
	const password = state.password ?? lostPassword(data, dir) ?? randomBytes(24).toString('base64url');
	const inside = relative(dir, place);
	const save = (/** @type {number | undefined} */ used) =>
		writeState(dir, { cluster: inside.startsWith('..') || isAbsolute(inside) ? place : inside, port: used, password });
	save(state.port); // before initdb: a cluster whose password nobody knows is lost
	if (existsSync(join(data, 'PG_VERSION'))) checkVersion(data, native);
	else await initCluster({ binaries, place, data, password, account, fast });

	await stopStray(data);
	const settings = serverSettings(fast);
	/** @type {import('node:child_process').ChildProcess} */
	let server;
	/** @type {{ release: () => void }} */
	let guard;
	let used = port ?? state.port;
	let stopping = false;
	/** @type {Promise<void>} */
	let launching;
	const launch = async () => {
		({ server, used } = await startOnFreePort({ binaries, data, account, log, settings, port: used, fixed: port !== undefined }));
		guard = guardPostmaster(Number(server.pid), data, fast ? place : '');
		server.once('exit', (code, signal) => {
			guard.release();
			if (!stopping && watcher) launching = relaunch(watcher, signal ?? `exit code ${code}`);
		});
	};
	const relaunch = async (/** @type {Watcher} */ { restarting, lost }, /** @type {string} */ why) => {
		try {
			restarting(`The database ended (${why}); starting it again.`);
			await sleep(300);
			const before = used;
			if (!stopping) await launch();
			if (used !== before) throw new Trouble(`The database's port ${before} was taken by another program while it was down. Start again.`);
		} catch (error) {
			lost(error);
		}
	};
	await (launching = launch());
	save(used);
	/** @param {string} database */
	const url = (database) => databaseUrl(used, password, database);
	return {
		port: Number(used),
		adminUrl: url('postgres'),
		url,
		async stop() {
			stopping = true;
			await launching; // a restart under way would leave its server behind
			await stopPid(Number(server.pid), () => server.exitCode !== null || server.signalCode !== null);
			guard.release();
			if (fast) rmSync(place, { recursive: true, force: true });
		}
	};
}

/**
 * @param {{ binaries: string, data: string, account: import('./db-account.mjs').Account | null, log: (text: string) => void, settings: string[], port: number | undefined, fixed: boolean }} how
 */
async function startOnFreePort({ settings, port, fixed, ...how }) {
	for (let tries = 1; ; tries++) {
		const used = fixed ? Number(port) : await choosePort(port);
		try {
			return { used, server: await startPostmaster({ ...how, args: ['-p', String(used), ...settings] }) };
		} catch (error) {
			if (!(error instanceof PostmasterEnded)) throw error;
			if (/No space left on device/.test(error.output)) throw new Trouble('The disk is full: the database cannot start. Free some space and start again.', tail(error.output, 3));
			// The port was taken between the check and the bind; or the processes of a killed server
			// still hold its shared memory for a moment. Both pass.
			const passes = /could not bind|Address already in use|shared memory block|lock file "postmaster.pid"/i.test(error.output);
			if (!passes || tries === START_TRIES) throw new Trouble('The database did not start; PostgreSQL says why above.', tail(error.output, 8));
			if (/bind|in use"/i.test(error.output) && !fixed) port = undefined;
			await sleep(400);
		}
	}
}

/**
 * @param {{ binaries: string, place: string, data: string, password: string, account: import('./db-account.mjs').Account | null, fast: boolean }} how
 */
async function initCluster({ binaries, place, data, password, account, fast }) {
	// Into another name first: a start killed in the middle must not leave half a cluster that looks whole.
	const draft = join(place, 'new');
	const secret = join(place, 'password');
	rmSync(draft, { recursive: true, force: true });
	writeFileSync(secret, `${password}\n`, { mode: 0o600 });
	if (account) chownSync(secret, account.uid, account.gid);
	const ended = await runToEnd(
		join(binaries, 'bin', 'initdb'),
		// PostgreSQL's own C.UTF-8: sorting by the system's library changes with its updates and breaks indexes.
		['-D', draft, '-U', USER, '--pwfile', secret, '-A', 'scram-sha-256', '-E', 'UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C', '--no-instructions', ...(fast ? ['--no-sync'] : [])],
		{ cwd: '/', env: cleanEnv(), ...(account ? { uid: account.uid, gid: account.gid } : {}) }
	).finally(() => rmSync(secret, { force: true }));
	if (/No space left on device/.test(ended.output)) throw new Trouble('The disk is full: the database cannot be created. Free some space and start again.');
	if (ended.code !== 0) throw new Trouble(`The database could not be created in ${place}; initdb says why above.`, tail(ended.output, 6));
	renameSync(draft, data);
}

/** @param {boolean} fast */
function serverSettings(fast) {
	const settings = {
		listen_addresses: '127.0.0.1',
		unix_socket_directories: '',
		max_connections: fast ? 200 : 100,
		shared_buffers: fast ? '128MB' : '256MB',
		work_mem: '16MB',
		jit: 'off', // compiling costs more than our short queries take
		timezone: 'UTC',
		log_timezone: 'UTC',
		log_checkpoints: 'off',
		...(fast ? { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', autovacuum: 'on' } : { fsync: 'on' })
	};
	return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/**
 * @param {string} data
 * @param {string} dir
 * @returns {undefined}
 */
function lostPassword(data, dir) {
	if (!existsSync(join(data, 'PG_VERSION'))) return undefined;
	throw new Trouble(`${join(dir, 'postgres.json')} with the database's password is missing. Bring it back from a backup, or move ${data} away to begin anew.`);
}

/**
 * @param {string} data
 * @param {string} native
 */
function checkVersion(data, native) {
	const found = readFileSync(join(data, 'PG_VERSION'), 'utf8').trim();
	const { version } = JSON.parse(readFileSync(join(native, '..', 'package.json'), 'utf8'));
	const brought = String(version).split('.')[0];
	if (found !== brought) {
		throw new Trouble(`The database in ${data} is of PostgreSQL ${found}, this Plumbline brings ${brought}. Dump it with the Plumbline that made it and load it into a new data folder.`);
	}
}

/** @typedef {{ cluster?: string, port?: number, password?: string }} State */

/**
 * @param {string} dir
 * @returns {State}
 */
function readState(dir) {
	const file = join(dir, 'postgres.json');
	return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
}

/**
 * @param {string} dir
 * @param {State} state
 */
function writeState(dir, state) {
	const file = join(dir, 'postgres.json');
	writeFileSync(`${file}.new`, `${JSON.stringify(state, null, '\t')}\n`, { mode: 0o600 });
	renameSync(`${file}.new`, file);
}
