import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { RUN_INTERVALS } from '#lib/domain/intervals.ts';
import { servingEngine } from '#lib/domain/model-server.ts';
import { OUT_OF_REACH } from '#lib/domain/out-of-reach.ts';
import type { RunProblem } from '#lib/domain/run-problem.ts';
import { ArtifactDamaged } from '#lib/server/artifacts/store.ts';
import { outOfReach } from '#lib/server/out-of-reach.ts';
import { keepServerLog, letGoOfModelServer, loadOfModelServer, modelServerReady, modelServerStopping, WORKER_LEFT } from '#lib/server/usecases/hold-model-server.ts';
import type { ServerAtHand } from '#lib/server/usecases/hold-model-server.ts';
import { value } from '../engine/problem.ts';
import type { Outcome } from '../engine/problem.ts';
import { quantEnvironment } from '../engine/swift/quantise.ts';
import { startServer } from '../inference/start-server.ts';
import type { RunningServer, ServerCommand } from '../inference/start-server.ts';
import { serverKey, swiftCommand } from '../inference/swift-server.ts';
import { vllmCommand } from '../inference/vllm-server.ts';
import { clearEarlier, clearOwn } from './attempt-folders.ts';
import { provideBase } from './checkpoint-files.ts';
import type { WorkerContext } from './context.ts';
import { holdServer } from './hold-server.ts';
import type { ServerHold } from './hold-server.ts';
import { layOutTogether } from './servable.ts';
import { followServerLog } from './server-log.ts';
import { watchServer } from './watch-server.ts';

/** Gateways read every second who takes nothing new, and say as often what is still under way. */
const GATEWAYS_KNOW_MS = 3000;
/** How long what is under way may go on at a server that is to stop, and at one whose worker goes down. */
const LET_GO_MS = 120_000;
const LET_GO_DOWN_MS = 5000;
/** A model may be large, and its disk slow. */
const READY_MS = 900_000;

const AWAY: RunProblem = { code: OUT_OF_REACH, message: 'The database or the artifact store could not be reached, or a disk has no room.', hint: 'It is tried again by itself.' };

/** Lays out what is served and starts what serves it. Throws ArtifactDamaged. */
async function start(context: WorkerContext, at: ServerAtHand, hold: ServerHold, dir: string): Promise<{ server: RunningServer } | { problem: RunProblem }> {
	const { app, environment } = context;
	const base = await provideBase({ ...context, shutdown: hold.stop }, at.base);
	if (!base.ok) return base;
	const laidOut = await layOutTogether(context, base.value, at.served, join(dir, 'checkpoints'));
	if (!laidOut.ok) return laidOut;
	const { host, vllm } = app.config.serving;
	const engine = servingEngine({ vllm: vllm !== undefined, gpus: at.server.gpus, namedTemplate: laidOut.value.model.template !== undefined });
	const serves = { ...laidOut.value, rounded: at.rounded !== null };
	// Who reaches the port still has no key: not the other users of this host, nor its neighbours.
	const apiKey = serverKey();
	let command: Outcome<ServerCommand>;
	if (engine === 'vllm' && vllm !== undefined) command = await vllmCommand(environment, serves, { program: vllm, dir, host, apiKey });
	else {
		const by = at.rounded === null ? value(environment) : await quantEnvironment(environment, at.rounded, app.config.exporting.awqPython);
		if (!by.ok) return by;
		command = value(await swiftCommand(by.value, serves, { dir, host, apiKey, threads: context.threads }));
	}
	if (!command.ok) return command;
	const marker = `${context.hostKey}:server.${at.server.id}.${at.attempt}`;
	const started = await startServer(command.value, { dir, marker, selfTerminateSeconds: RUN_INTERVALS.selfTerminateSeconds, readyTimeoutMs: READY_MS, signal: hold.stop });
	if (!started.ok) return started;
	try {
		if (!(await modelServerReady(app, at, { baseUrl: started.value.baseUrl, apiKey, engine }))) await started.value.stop(0);
	} catch (error) {
		// Nobody would ever know of it.
		await started.value.stop(0);
		throw error;
	}
	return { server: started.value };
}

/** Lets what is under way end, at most so long, once the gateways send nothing new. */
async function letEnd({ app, shutdown }: WorkerContext, at: ServerAtHand, server: RunningServer): Promise<void> {
	if (!(await modelServerStopping(app, at))) return;
	const begun = performance.now();
	const passed = () => performance.now() - begun;
	let gone = false;
	void server.exited.then(() => (gone = true));
	while (!gone && passed() < (shutdown.aborted ? LET_GO_DOWN_MS : LET_GO_MS)) {
		await sleep(500);
		if (passed() > GATEWAYS_KNOW_MS && (await loadOfModelServer(app, at.server.id)) === 0) return;
	}
}

/** A problem in which checkpoints bear their names: servers know them by their ids. */
const named = (problem: RunProblem, { served }: ServerAtHand): RunProblem => ({ ...problem, message: served.reduce((message, { id, name }) => message.replaceAll(id, name), problem.message) });

/** Serves until it is to stop or something ends it; gives what that was. */
async function serve(context: WorkerContext, at: ServerAtHand, hold: ServerHold, dir: string): Promise<RunProblem | null> {
	const log = followServerLog(join(dir, 'engine.log'), (lines) => keepServerLog(context.app, at, lines), (error) => context.app.log.warn({ err: error, serverId: at.server.id }, 'log of a model server not kept'));
	try {
		const started = await start(context, at, hold, dir);
		if ('problem' in started) return named(started.problem, at);
		const { server } = started;
		const renewing = setInterval(() => server.renew(), RUN_INTERVALS.heartbeatSeconds * 1000);
		try {
			const problem = await watchServer(server, hold.stop);
			if (!hold.fenced && problem === null) await letEnd(context, at, server);
			return problem && named(problem, at);
		} finally {
			clearInterval(renewing);
			await server.stop(hold.fenced ? 0 : undefined);
		}
	} finally {
		await log.stop();
	}
}

/** Runs a server for as long as this worker holds it, and says what becomes of it then. */
export async function runModelServer(context: WorkerContext, at: ServerAtHand): Promise<void> {
	const { app, shutdown } = context;
	const folder = join(context.workDir, 'servers', at.server.id);
	const dir = join(folder, String(at.attempt));
	const hold = holdServer(context, at);
	let problem: RunProblem | null;
	try {
		await clearEarlier(folder, at.attempt);
		await mkdir(dir, { recursive: true });
		problem = await serve(context, at, hold, dir);
	} catch (error) {
		if (error instanceof ArtifactDamaged) problem = { code: 'artifact_damaged', message: `The files do not match their hash: ${error.message}.`, hint: 'This checkpoint is served no more. Look at the artifact store’s disk.' };
		else {
			app.log.error({ err: error, serverId: at.server.id, attempt: at.attempt }, 'model server failed');
			problem = outOfReach(error) ? AWAY : { code: 'worker_failed', message: 'The worker met an error it did not expect.', hint: 'Look at the worker’s log.' };
		}
	}
	try {
		const asked = hold.stop.aborted && !shutdown.aborted;
		await letGoOfModelServer(app, at, asked ? null : shutdown.aborted ? WORKER_LEFT : problem);
	} finally {
		hold.end();
		await clearOwn(folder, at.attempt);
	}
}
