import { createHash } from 'node:crypto';
import { hostname, totalmem, availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Device } from '#lib/domain/training-recipe.ts';
import type { EngineState, WorkerCapabilities } from '#lib/domain/worker-capabilities.ts';
import { createApp } from '#lib/server/app.ts';
import type { StoreDenied } from '#lib/server/artifacts/store-denied.ts';
import { untilPermitted } from '#lib/server/artifacts/until-permitted.ts';
import { readConfig } from '#lib/server/config.ts';
import { createMailer } from '#lib/server/mail/mailer.ts';
import { consume } from '#lib/server/queue/consume.ts';
import { announceWorker, attemptHoldsEvaluation, attemptHoldsExport, attemptHoldsGeneration, attemptHoldsRun, attemptHoldsServer, attemptsOfWorkers, retireWorker, takeOver, workerAlive, workersOfHost } from '#lib/server/usecases/announce-worker.ts';
import { clearSpools } from '#lib/server/usecases/clear-uploads.ts';
import { continueRounds } from '#lib/server/usecases/continue-rounds.ts';
import type { Measured } from '#lib/server/usecases/continue-rounds.ts';
import { enqueueStranded } from '#lib/server/usecases/enqueue-stranded.ts';
import { gpusElsewhere } from '#lib/server/usecases/left-to-others.ts';
import { sealAudit } from '#lib/server/usecases/seal-audit.ts';
import { sendDigests } from '#lib/server/usecases/send-digests.ts';
import { createSweeper } from '#lib/server/usecases/sweep.ts';
import { tellWaiting } from '#lib/server/usecases/tell-waiting.ts';
import type { LookedAt } from '#lib/server/usecases/tell-waiting.ts';
import { tellWebhooks } from '#lib/server/usecases/tell-webhooks.ts';
import { RUN_INTERVALS } from '#lib/domain/intervals.ts';
import { inspectGpus } from './engine/inspect.ts';
import type { Gpu } from './engine/inspect.ts';
import { problem } from './engine/problem.ts';
import { provisionEnvironment } from './engine/swift/environment.ts';
import type { EngineEnvironment } from './engine/swift/environment-types.ts';
import { evaluate } from './handlers/evaluate.ts';
import { clearLeftOnHost } from './handlers/attempt-folders.ts';
import { exportCheckpoint } from './handlers/export.ts';
import { allLent, onHost, onOneDevice } from './handlers/context.ts';
import { ask, generate } from './handlers/generate.ts';
import type { WorkerContext } from './handlers/context.ts';
import { deliver } from './handlers/deliver-webhooks.ts';
import { fetchModels } from './handlers/fetch-models.ts';
import { duplicateFinder } from './handlers/find-duplicates.ts';
import { reportFreezer } from './handlers/freeze-reports.ts';
import { createInspecting } from './handlers/inspect.ts';
import { nameMasker } from './handlers/mask-names.ts';
import { ownGpus } from './handlers/own-gpus.ts';
import { createModelServing } from './handlers/model-servers.ts';
import { readDocuments } from './handlers/read-documents.ts';
import { answerLooks, readSources } from './handlers/read-sources.ts';
import { tidy } from './handlers/tidy.ts';
import { placeOutside, train } from './handlers/train.ts';
import { createLimit } from './inference/limit.ts';
import { createLaunchers } from './launchers/all.ts';
import { createDevicePool } from './launchers/devices.ts';
import { createLocalLauncher } from './launchers/local.ts';
import { readKubernetesSettings } from './launchers/outside/kubernetes-settings.ts';
import { every } from './process/every.ts';

/** How often it looks for runs that an outside scheduler is to take. */
const PLACE_MS = 2000;

/** How often it looks for model servers to start. */
const SERVING_MS = 1000;

/** How often it looks for documents to read. */
const DOCUMENTS_MS = 2000;

/** How often it looks for files of folders and buckets to bring in. */
const SOURCES_MS = 1000;

/** How often a worker that sees folders looks whether a page asks what lies in them. */
const LOOKS_MS = 250;

/** How often it looks for a snapshot to look over for a plan. */
const INSPECT_MS = 2000;

/** How often it looks for models of hubs to look up or fetch. */
const MODELS_MS = 2000;

/** How often it looks for imports that wait for names to be looked for. */
const NAMES_MS = 2000;

/** How often it looks for clean-ups, and at the folders of its attempts. */
const TIDY_MS = 5000;

/** How often it looks for projects in which near-duplicates are to be found. */
const DUPLICATES_MS = 2000;

/** How often it looks for decisions whose report is to be written. */
const REPORTS_MS = 2000;

/** How often it looks what rounds wait for people to do. */
const WAITING_MS = 20_000;

/** How often it looks for rounds that go on by themselves. */
const ROUNDS_MS = 5000;

/** How often it looks what webhooks are to be told. */
const WEBHOOKS_MS = 2000;

/** How often a worker says that it lives; pages take it for gone after three of these. */
const ALIVE_MS = 10_000;

/** How often a worker looks whether digests are due. */
const DIGEST_MS = 60_000;

// What a worker writes (rows, logs, checkpoints) is nobody else's on this host.
process.umask(0o077);

const config = readConfig(process.env);
const kubernetes = config.placement.kubernetesFile === undefined ? null : await readKubernetesSettings(config.placement.kubernetesFile);
const app = await createApp(config, 'worker');
const mailer = createMailer(config);
const refusedMail = new Map<string, number>();
const shutdown = new AbortController();
const hostKey = createHash('sha256').update(`${hostname()}\0${config.dataDir}`).digest('hex').slice(0, 16);
const local = createLocalLauncher(hostKey);
// Told to compute on processors, it has none to offer.
const found = config.placement.engineDevice === 'cpu' ? [] : await inspectGpus();
const capabilities: WorkerCapabilities = { cpus: availableParallelism(), memoryBytes: totalmem(), gpus: announced(found), launchers: [...config.placement.launchers], labels: [...config.placement.labels], device: deviceWith(found), gguf: config.exporting.ggufConverter !== undefined, importRoots: [...config.importRoots.keys()], engine: { state: 'unknown' } };
/** Those of them that are its own to give out, once that is known. */
let gpus: readonly Gpu[] = found;

/** GPUs as a worker announces them. */
function announced(these: readonly Gpu[]): WorkerCapabilities['gpus'] {
	return these.map(({ name, memoryBytes, uuid }) => ({ name, memoryBytes, uuid }));
}

/** What its engine computes on, with these GPUs of its own. */
function deviceWith(these: readonly Gpu[]): Device {
	return config.placement.engineDevice ?? (these.length > 0 ? 'gpu' : 'cpu');
}

/** Somebody asked that it take nothing new. */
let draining = false;
/** Another host has GPUs, and this one has none: what takes a model to compute is left to that one. */
let othersHaveGpus = false;

function lives(pid: number): boolean {
	if (pid === process.pid) return false; // an earlier worker's number given to us
	try {
		process.kill(pid, 0);
		return true;
	} catch {
		return false;
	}
}

const dead = (await workersOfHost(app, hostKey)).filter((worker) => !lives(worker.pid)).map((worker) => worker.id);
const workerId = await announceWorker(app, { hostname: hostname(), pid: process.pid, hostKey, capabilities });
// First their engines, then their runs: a run must never be in two engines.
const left = await attemptsOfWorkers(app, dead);
const cleared = await local.clearOrphans((mark) => ownedByLiving(mark, left));
await takeOver(app, dead);
await enqueueStranded(app);
await clearLeftOnHost({ app, workDir: join(config.dataDir, 'work') }).catch((error: unknown) => app.log.warn({ err: error }, 'folders of a dead worker'));
await clearSpools(app).catch((error: unknown) => app.log.warn({ err: error }, 'files of a dead process'));
gpus = await ownGpus(app, { workerId, found, alive: beat });
if (gpus.length < found.length) {
	Object.assign(capabilities, { gpus: announced(gpus), device: deviceWith(gpus) });
	await beat();
}
if (cleared.length > 0) app.log.warn({ attempts: cleared }, 'ended what a dead worker had left running');

/** Whether processes with this mark (`run.attempt`, or `evaluation.`, `generation.`, `export.` or `server.` before it) are a living worker's of this installation. */
async function ownedByLiving(mark: string, left: readonly string[]): Promise<boolean> {
	const [, what = 'run', id = '', attempt = ''] = /^(?:(evaluation|generation|export|server)\.)?([0-9a-f-]{36})\.(\d+)$/.exec(mark) ?? [];
	if (id === '' || left.includes(`${id}.${attempt}`)) return false;
	const holds = { run: attemptHoldsRun, evaluation: attemptHoldsEvaluation, generation: attemptHoldsGeneration, export: attemptHoldsExport, server: attemptHoldsServer }[what];
	return holds ? holds(app, id, Number(attempt)) : false;
}

async function beat(): Promise<void> {
	draining = await workerAlive(app, workerId, capabilities);
	othersHaveGpus = gpus.length === 0 && (await gpusElsewhere(app, workerId));
}

async function announce(engine: EngineState): Promise<void> {
	capabilities.engine = engine;
	await beat().catch((error: unknown) => app.log.warn({ err: error }, 'not announced'));
}

/** Takes jobs once the engine is there; a worker without one leaves them to others. */
async function work(placedEnvironment: EngineEnvironment): Promise<{ stop: () => Promise<void> }> {
	const environment = onHost(placedEnvironment, gpus.length);
	const launchers = createLaunchers({ ...config.placement, kubernetes }, { scope: hostKey, python: environment.python, local });
	const context: WorkerContext = {
		app,
		workerId,
		hostKey,
		workDir: join(config.dataDir, 'work'),
		environment,
		placedEnvironment,
		launchers,
		labels: config.placement.labels,
		devices: createDevicePool(gpus.map(({ index }) => index)),
		claim: createLimit(1),
		outside: new Set(),
		threads: Math.max(1, Math.min(availableParallelism(), 16)),
		shutdown: shutdown.signal
	};
	for (const launcher of launchers.values()) if (launcher !== local) await launcher.clearOrphans((mark) => ownedByLiving(mark, left));
	const jobs = await consume(
		config.databaseUrl,
		{ train: async () => void (await train(context)), evaluate: (job) => onOneDevice(context, (own) => evaluate(own, job, config.exporting.awqPython)), generate: (job) => onOneDevice(context, (own) => generate(own, job, config.exporting.awqPython)), export: (job) => onOneDevice(context, (own) => exportCheckpoint(own, { tools: config.exporting, capabilities }, job)) },
		app.log,
		{
			lanes: Math.max(1, context.devices.total),
			accepts: (name) => !draining && !allLent(context) && !(othersHaveGpus && (name === 'evaluate' || name === 'generate')),
			// A run that asks for this host (its label, its GPUs) stays in line when another's worker took the job that told of it.
			looks: { train: () => train(context) }
		}
	);
	const placing = every(PLACE_MS, async () => void (draining || (await placeOutside(context))))((error) => app.log.warn({ err: error }, 'nothing could be placed'));
	const serving = createModelServing(context);
	const servers = every(SERVING_MS, async () => void (draining || (await serving.look())))((error) => app.log.warn({ err: error }, 'no model server could be started'));
	return {
		stop: async () => {
			await Promise.all([placing.stop(), servers.stop()]);
			await Promise.all([jobs.stop(), serving.stop()]);
			await Promise.all(context.outside);
		}
	};
}

const names = nameMasker({
	app,
	shutdown: shutdown.signal,
	announce: (state) => {
		capabilities.names = state;
		void workerAlive(app, workerId, capabilities).catch((error: unknown) => app.log.warn({ err: error }, 'not announced'));
	}
});

const reports = reportFreezer({ app, shutdown: shutdown.signal });
const duplicates = duplicateFinder({ app, shutdown: shutdown.signal });

/** Agreement of rounds that go on by themselves, as this worker last measured it. */
const agreements: Measured = new Map();
/** Projects as this worker last looked at them for what they wait for. */
const lookedAt: LookedAt = new Map();
const beats = [
	every(ALIVE_MS, beat),
	every(RUN_INTERVALS.sweepSeconds * 1000, createSweeper(app)),
	every(DOCUMENTS_MS, () => readDocuments({ app, shutdown: shutdown.signal })),
	every(SOURCES_MS, () => readSources({ app, workerId, shutdown: shutdown.signal, accepts: () => !draining })),
	...(config.importRoots.size > 0 ? [every(LOOKS_MS, () => answerLooks({ app, shutdown: shutdown.signal }))] : []),
	every(NAMES_MS, () => names.run()),
	every(DUPLICATES_MS, () => duplicates.run()),
	every(REPORTS_MS, () => reports.run()),
	every(TIDY_MS, () => tidy({ app, hostKey, workDir: join(config.dataDir, 'work'), shutdown: shutdown.signal })),
	every(1000, () => sealAudit(app)),
	every(ROUNDS_MS, () => continueRounds(app, agreements)),
	every(WAITING_MS, () => tellWaiting(app, lookedAt)),
	every(WEBHOOKS_MS, () => tellWebhooks(app)),
	every(WEBHOOKS_MS, () => deliver({ app, shutdown: shutdown.signal })),
	...(mailer ? [every(DIGEST_MS, () => sendDigests(app, mailer, new Date(), refusedMail))] : [])
].map((beat) => beat((error) => app.log.warn({ err: error }, 'beat failed')));

// Endpoints need no engine: they are asked while one is installed, and beside one that trains.
const asking = consume(config.databaseUrl, { ask: (job) => ask({ app, workerId, workDir: join(config.dataDir, 'work'), shutdown: shutdown.signal }, job) }, app.log, { accepts: () => !draining });

/** Waits until it may use the artifact store: what it trained would find no place there. False: it went down first. What else is wrong there is another's trouble to tell. */
async function storeLetsIn(): Promise<boolean> {
	if (config.artifacts.kind !== 'folder') return true;
	const denied = (error: StoreDenied) => {
		app.log.error({ err: error }, 'the artifact store is not this user’s to use: nothing is taken');
		void announce({ state: 'failed', message: `This worker takes no runs: ${error.message}.` });
	};
	return untilPermitted(config.artifacts.dir, { signal: shutdown.signal, denied }).catch((error: unknown) => {
		app.log.warn({ err: error }, 'the artifact store could not be tried');
		return true;
	});
}

const working = (async () => {
	if (!(await storeLetsIn())) return null;
	const provisioned = await provisionEnvironment({ ...(config.placement.mlflow ? { mlflow: config.placement.mlflow } : {}), device: deviceWith(gpus), onProgress: (progress) => void announce(progress), signal: shutdown.signal }).catch((error: unknown) => {
		// Without an engine the worker still seals and sweeps: nothing that goes wrong here may take that along.
		if (!shutdown.signal.aborted) app.log.error({ err: error }, 'the engine could not be installed');
		return problem('install_failed', 'The engine could not be installed: the worker met an error it did not expect.', 'Look at the worker’s log; it tries again when it starts.');
	});
	if (shutdown.signal.aborted) return null;
	if (!provisioned.ok) {
		const { code, message, hint } = provisioned.problem;
		await announce({ state: code === 'python_missing' ? 'unavailable' : 'failed', message: `${message} ${hint}` });
		app.log.error({ code, message }, 'no training engine on this host');
		return null;
	}
	// Whoever is better placed is known before anything is taken.
	await beat().catch((error: unknown) => app.log.warn({ err: error }, 'not announced'));
	const jobs = await work(provisioned.value);
	const environment = onHost(provisioned.value, gpus.length);
	beats.push(every(INSPECT_MS, createInspecting({ app, environment, workDir: join(config.dataDir, 'work'), shutdown: shutdown.signal }))((error) => app.log.warn({ err: error }, 'beat failed')));
	// Apart: who looks a model up does not wait for the download of another.
	for (const waits of ['asked', 'wanted'] as const) {
		beats.push(every(MODELS_MS, async () => void (draining || (await fetchModels({ app, environment, workDir: join(config.dataDir, 'work'), shutdown: shutdown.signal }, waits))))((error) => app.log.warn({ err: error }, 'beat failed')));
	}
	await announce({ state: 'ready', versions: provisioned.value.versions });
	app.log.info({ versions: provisioned.value.versions }, 'training engine ready');
	return jobs;
})();

async function goDown(): Promise<void> {
	if (shutdown.signal.aborted) return;
	shutdown.abort();
	names.stop();
	duplicates.stop();
	for (const beat of beats) await beat.stop();
	mailer?.close();
	const jobs = await working.catch(() => null);
	await jobs?.stop();
	await (await asking.catch(() => null))?.stop();
	await retireWorker(app, workerId).catch(() => undefined);
	await app.close();
}
process.on('SIGTERM', () => void goDown().then(() => process.exit(0)));
process.on('SIGINT', () => void goDown().then(() => process.exit(0)));

app.log.info({ workerId, cpus: capabilities.cpus, gpus: gpus.length }, 'worker started');
