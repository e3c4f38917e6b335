import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ModelSource } from '../engine/engine.ts';
import { problem, value } from '../engine/problem.ts';
import type { Outcome } from '../engine/problem.ts';
import { deviceEnv } from '../engine/swift/device-env.ts';
import { OFFLINE_ENV, engineEnv } from '../engine/swift/engine-env.ts';
import type { EngineEnvironment } from '../engine/swift/environment-types.ts';
import { explainFailure } from '../engine/swift/failure.ts';
import { startProcess } from '../process/supervise.ts';

/** The one name under which the model is served, adapter or not. */
export const SERVED_MODEL = 'plumbline';

/** Requests the server computes at once, and that a client should send at once. */
export const SERVER_BATCH = 8;

export type ServerOptions = {
	model: ModelSource;
	adapter?: string;
	/** Folder for the server's log. */
	dir: string;
	marker: string;
	selfTerminateSeconds: number;
	threads?: number;
	readyTimeoutMs?: number;
	signal?: AbortSignal;
};

export type ModelServer = { baseUrl: string; model: string; renew(): void; stop(): Promise<void> };

/** The server's command line. Pure. */
export function serverArgv(environment: Pick<EngineEnvironment, 'python' | 'swiftCli' | 'device'>, options: Pick<ServerOptions, 'model' | 'adapter'>, port: number): string[] {
	const { path, modelType, template } = options.model;
	const cpu = environment.device === 'cpu';
	return [
		environment.python, join(environment.swiftCli, 'deploy.py'),
		'--model', path,
		...(modelType ? ['--model_type', modelType] : []),
		...(template ? ['--template', template] : []),
		// Unnamed: with a named adapter every concurrent request of a batch fails with status 400.
		...(options.adapter ? ['--adapters', options.adapter] : []),
		'--load_args', 'false', // an adapter's args.json names the paths of the run that made it
		'--served_model_name', SERVED_MODEL,
		'--infer_backend', 'transformers',
		'--max_batch_size', String(SERVER_BATCH),
		'--torch_dtype', cpu ? 'float32' : 'bfloat16',
		'--host', '127.0.0.1', '--port', String(port),
		'--verbose', 'false', // would log prompts and answers
		'--log_interval', '-1', '--log_level', 'warning'
	];
}

/**
 * Starts a server for one model with at most one adapter on the loopback interface, and waits until it answers. Several
 * checkpoints are served one after the other.
 */
export async function startSwiftServer(environment: EngineEnvironment, options: ServerOptions): Promise<Outcome<ModelServer>> {
	const port = await freePort();
	const device = deviceEnv(environment, options.threads);
	const started = await startProcess({
		argv: serverArgv(environment, options, port),
		env: engineEnv(join(options.dir, 'cache'), { ...OFFLINE_ENV, ...device }),
		cwd: environment.dir,
		dir: options.dir,
		graceSeconds: 3,
		selfTerminateSeconds: options.selfTerminateSeconds,
		marker: options.marker
	});
	if (!started.ok) return { ok: false, problem: explainFailure(started.exit, '') };
	const { process } = started;
	// While it loads nobody else renews for it.
	const renewing = setInterval(() => process.renew(), (options.selfTerminateSeconds * 1000) / 4);
	try {
		const baseUrl = `http://127.0.0.1:${port}/v1`;
		let ended = false;
		void process.exited.then(() => (ended = true));
		const deadline = performance.now() + (options.readyTimeoutMs ?? 300_000);
		while (!ended && !options.signal?.aborted && performance.now() < deadline) {
			if (await answers(baseUrl)) return value({ baseUrl, model: SERVED_MODEL, renew: process.renew, stop: async () => void (await process.stop()) });
			await sleep(250);
		}
		if (ended) {
			const log = await readFile(join(options.dir, 'engine.log'), 'utf8').catch(() => '');
			const why = explainFailure(await process.exited, log.slice(-50_000));
			return { ok: false, problem: { ...why, code: 'server_failed', message: `The model server did not start. ${why.message}` } };
		}
		await process.stop(0);
		return problem('server_failed', 'The model server was not ready in time.', 'Look at its log; a large model on a slow disk needs longer.');
	} finally {
		clearInterval(renewing);
	}
}

/** Whether this server (and not another one that took the port meanwhile) answers. */
async function answers(baseUrl: string): Promise<boolean> {
	try {
		const response = await fetch(`${baseUrl}/models`, { signal: AbortSignal.timeout(2000) });
		const body = (await response.json()) as { data?: { id?: string }[] };
		return response.ok && body.data?.[0]?.id === SERVED_MODEL;
	} catch {
		return false;
	}
}

function freePort(): Promise<number> {
	return new Promise((resolve, reject) => {
		const server = createServer();
		server.once('error', reject);
		server.listen(0, '127.0.0.1', () => {
			const { port } = server.address() as AddressInfo;
			server.close(() => resolve(port));
		});
	});
}
