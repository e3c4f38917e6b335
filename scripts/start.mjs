/**
 * `npm start`: from a fresh clone to a page that answers, and down again without an orphan.
 * Plain Node 20 without packages: they are installed by this.
 */
import { join } from 'node:path';
import { ensureBuilt } from './start/build.mjs';
import { checkSettings, checkStore, migrate, seedDemo, startGateway, startWeb, startWorker } from './start/children.mjs';
import { openDataFolder } from './start/data-folder.mjs';
import { checkDatabase, ensureDatabase } from './start/database.mjs';
import { accountTable, demoAccounts, needsSetup, setupCode } from './start/demo.mjs';
import { untilHealthy } from './start/health.mjs';
import { ensureInstalled } from './start/install.mjs';
import { DATABASE } from './start/known-database.mjs';
import { childRecord, endLeftovers } from './start/leftovers.mjs';
import { openLog } from './start/log-file.mjs';
import { startCluster } from './start/postgres.mjs';
import { checkDisk, checkPort, checkRuntime, findPython, freeGiB } from './start/preflight.mjs';
import { step } from './start/progress.mjs';
import { endRunning } from './start/run.mjs';
import { readSettings, ROOT } from './start/settings.mjs';
import { stopRequest } from './start/stop-request.mjs';
import { describe } from './start/trouble.mjs';
import { undoAll } from './start/undo.mjs';

const say = (/** @type {string} */ line) => console.log(line);
/** What must be undone, in order of its beginning; undone backwards, so the database stops last. */
const undo = /** @type {(() => unknown)[]} */ ([]);
const stop = stopRequest(endRunning);
let exitCode = 0;

try {
	await start();
	await stop.requested;
} catch (error) {
	if (!stop.isRequested()) tell(error);
}
await step('Stopping the processes', () => undoAll(undo, tell));
process.exit(exitCode);

/** Starts everything, one step after the other; each leaves its undoing behind. */
async function start() {
	const began = Date.now();
	checkRuntime();
	const settings = readSettings(process.env);
	const { dataDir } = settings;
	const folder = await step('Waiting for an earlier start to stop', () => openDataFolder(dataDir));
	undo.push(() => folder.release());
	void stop.requested.then(folder.stopping);
	const record = join(dataDir, 'children.json');
	if ((await endLeftovers(record)) > 0) say('Ended the processes that an earlier start had left behind.');
	await checkPort(settings.host, settings.port);
	await choosePlaceOfGateway(settings);
	await checkDisk(dataDir, 0.3, 'the database');
	const lookingForPython = findPython();

	const node = await ensureInstalled(ROOT);
	stop.check();
	await checkSettings({ root: ROOT, node, settings, python: null, say });
	stop.check();
	await ensureBuilt(ROOT, node);
	stop.check();
	// From here on only private files are written: judgments, answers, checkpoints, logs.
	process.umask(0o077);

	const databaseUrl = await openDatabase(settings);
	stop.check();
	const python = await lookingForPython;
	const around = { root: ROOT, node, settings, databaseUrl, python, say };
	await step('Preparing the database', () => migrate(around));
	stop.check();
	await step('Looking at the artifact store', () => checkStore(around));
	stop.check();
	const accounts = settings.demo && (await step('Writing the demo', () => seedDemo(around))) ? demoAccounts(dataDir) : [];
	stop.check();

	const children = childRecord(record);
	const code = settings.demo ? undefined : setupCode();
	const web = startWeb(around, { setupCode: code, onSpawn: (pid) => children.add('web', pid) });
	const worker = startWorker(around, { onSpawn: (pid) => children.add('worker', pid) });
	const gateway = settings.gateway.port === null ? null : startGateway(around, { onSpawn: (pid) => children.add('gateway', pid) });
	undo.push(async () => {
		await Promise.all([web.stop(), worker.stop(), gateway?.stop()]);
		children.clear();
	});
	await step('Starting', () => Promise.race([untilHealthy(settings.probe, web), stop.requested]));
	stop.check();
	await greet(settings, { code, accounts, python, seconds: (Date.now() - began) / 1000 });
}

/**
 * A port that somebody chose for the gateway must be free; beside a chosen PORT another program may
 * have the next one by chance, and then all but the gateway is started.
 * @param {import('./start/settings.mjs').Settings} settings
 */
async function choosePlaceOfGateway({ host, gateway }) {
	if (gateway.port === null) return;
	try {
		await checkPort(host, gateway.port, 'PLUMBLINE_GATEWAY_PORT');
	} catch (error) {
		if (gateway.asked) throw error;
		say(`Port ${gateway.port} is in use by another program: models are not served. Choose a port for the gateway: PLUMBLINE_GATEWAY_PORT=${gateway.port + 1} npm start`);
		gateway.port = null;
		gateway.url = undefined;
	}
}

/**
 * The database named by DATABASE_URL, or the embedded one.
 * @param {import('./start/settings.mjs').Settings} settings
 */
async function openDatabase({ databaseUrl, dataDir }) {
	if (databaseUrl) {
		await step('Looking for the database', () => checkDatabase(databaseUrl));
		return databaseUrl;
	}
	const log = openLog(join(dataDir, 'logs', 'postgres.log'));
	const cluster = await step('Starting the database', () =>
		startCluster({ dir: dataDir, log: log.write, watcher: { restarting: say, lost: (error) => fail(error) } })
	);
	undo.push(() => cluster.stop());
	await ensureDatabase(cluster.adminUrl, DATABASE);
	return cluster.url(DATABASE);
}

/**
 * Says what went wrong, and ends badly.
 * @param {unknown} error
 */
function tell(error) {
	exitCode = 1;
	for (const line of describe(error)) console.error(line);
}

/**
 * Something that all depends on is lost for good: say why and stop in order.
 * @param {unknown} error
 */
function fail(error) {
	tell(error);
	stop.request('nothing works without it');
}

/**
 * @param {import('./start/settings.mjs').Settings} settings
 * @param {{ code: string | undefined, accounts: import('./start/demo.mjs').Account[], python: string | null, seconds: number }} facts
 */
async function greet({ origin, probe, dataDir, gateway }, { code, accounts, python, seconds }) {
	say(`\nPlumbline is at ${origin}   (ready after ${seconds.toFixed(1)} s)\n`);
	if (accounts.length > 0) {
		say(`Demo accounts, also in ${join(dataDir, 'demo-accounts.json')}:`);
		for (const line of accountTable(accounts)) say(line);
		say('');
	}
	if (code && (await needsSetup(probe))) say(`Make the first administrator at ${origin}/set-up with the code ${code}\n`);
	if (gateway.port !== null) say(`Applications ask models at ${gateway.url}`);
	if (!python) say('This host cannot train: no Python 3.11 or 3.12 with venv was found. Install one (Debian: python3 python3-venv) and start again.');
	const free = await freeGiB(dataDir);
	if (free < 1.5) say(`Only ${free.toFixed(1)} GB are free in ${dataDir}; the training engine and checkpoints need several.`);
	say(`Logs are in ${join(dataDir, 'logs')}. Stop with Ctrl-C.`);
}
