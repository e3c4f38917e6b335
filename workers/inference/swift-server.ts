import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ModelSource } from '../engine/engine.ts';
import { value } from '../engine/problem.ts';
import type { Outcome } from '../engine/problem.ts';
import { deviceEnv } from '../engine/swift/device-env.ts';
import { OFFLINE_ENV, engineEnv } from '../engine/swift/engine-env.ts';
import type { EngineEnvironment } from '../engine/swift/environment-types.ts';
import { readAs } from '../engine/swift/how-to-read.ts';
import { freePort, originOf, startServer } from './start-server.ts';
import type { KeepOptions, RunningServer, ServerCommand } from './start-server.ts';

/** The one name under which a model is served to a generation, adapter or not. */
export const SERVED_MODEL = 'plumbline';

/** Requests the server computes at once, and that a client should send at once. */
export const SERVER_BATCH = 8;

/** A checkpoint as a server names it; without an adapter it is the model itself. */
export type ServedAs = { name: string; adapter?: string };

/** One model and what is served of it. */
export type Serves = { model: ModelSource; served: readonly ServedAs[]; /** Its weights are rounded by GPTQ or AWQ: they compute in half precision, whatever the engine. */ rounded?: boolean };

export type ServerOptions = KeepOptions & { model: ModelSource; adapter?: string; rounded?: boolean; threads?: number };

/** A server under way, and the key without which it answers nobody. */
export type ModelServer = RunningServer & { model: string; apiKey: string };

/** What such a server's command line is made of besides its host and port. */
type Place = { host: string; port: number };

/** The program that serves; it takes its key from `PLUMBLINE_SERVER_KEY` and starts with none. */
export const SERVE = fileURLToPath(new URL('../engine/swift/python/serve.py', import.meta.url));

/** How the engine names what it serves: one checkpoint alone as the model itself, several each by an adapter's name. */
function names({ served }: Serves): string[] {
	const [first, ...others] = served;
	// Unnamed: with a named adapter every concurrent request of a batch fails with status 400.
	if (first && others.length === 0) return ['--served_model_name', first.name, ...(first.adapter ? ['--adapters', first.adapter] : []), '--max_batch_size', String(SERVER_BATCH)];
	const itself = served.find(({ adapter }) => adapter === undefined)?.name ?? SERVED_MODEL;
	return ['--served_model_name', itself, '--adapters', ...served.flatMap(({ name, adapter }) => (adapter === undefined ? [] : [`${name}=${adapter}`])), '--max_batch_size', '1'];
}

/** The server's command line. Pure. */
export function serverArgv(environment: Pick<EngineEnvironment, 'python' | 'device'>, serves: Serves, { host, port }: Place): string[] {
	return [
		environment.python, SERVE,
		...readAs(serves.model),
		'--load_args', 'false', // an adapter's args.json names the paths of the run that made it
		...names(serves),
		'--infer_backend', 'transformers',
		'--torch_dtype', serves.rounded ? 'float16' : environment.device === 'cpu' ? 'float32' : 'bfloat16',
		'--host', host, '--port', String(port),
		'--verbose', 'false', // would log prompts and answers
		'--log_interval', '-1', '--log_level', 'warning'
	];
}

/** Of a request that fails no trace is logged, which would quote it. */
const SERVE_ENV = { ...OFFLINE_ENV, LOG_LEVEL: 'WARNING' };

/** It opens no file of the host and fetches no address where a request names one in place of an image: images are sent along. */
const ASKED_ENV = (empty: string) => ({ SWIFT_MEDIA_ALLOWED_DIRS: empty, SWIFT_URL_ALLOWED_HOSTS: 'none.invalid' });

/** ms-swift's server for the checkpoints of one base. */
export async function swiftCommand(environment: EngineEnvironment, serves: Serves, of: { dir: string; host: string; apiKey: string; threads?: number | undefined }): Promise<ServerCommand & { apiKey: string }> {
	const port = await freePort(of.host);
	const empty = join(of.dir, 'media');
	await mkdir(empty, { recursive: true });
	return {
		argv: serverArgv(environment, serves, { host: of.host, port }),
		env: engineEnv(join(of.dir, 'cache'), { ...SERVE_ENV, ...deviceEnv(environment, of.threads), ...ASKED_ENV(empty), PLUMBLINE_SERVER_KEY: of.apiKey }),
		cwd: environment.dir,
		baseUrl: `${originOf(of.host, port)}/v1`,
		models: serves.served.map(({ name }) => name),
		apiKey: of.apiKey
	};
}

/** A key for one server, which whoever starts it hands to who shall ask. */
export const serverKey = (): string => randomBytes(24).toString('base64url');

/** Such a server for one model with at most one adapter, on the loopback interface, with a key of its own: others have accounts on a host with GPUs. */
export function ownCommand(environment: EngineEnvironment, { model, adapter, rounded = false, threads, dir }: Omit<ServerOptions, keyof KeepOptions> & Pick<KeepOptions, 'dir'>): Promise<ServerCommand & { apiKey: string }> {
	return swiftCommand(environment, { model, served: [{ name: SERVED_MODEL, ...(adapter ? { adapter } : {}) }], rounded }, { dir, host: '127.0.0.1', apiKey: serverKey(), threads });
}

/** Starts it, and waits until it answers. Several checkpoints are served one after the other. */
export async function startSwiftServer(environment: EngineEnvironment, options: ServerOptions): Promise<Outcome<ModelServer>> {
	const command = await ownCommand(environment, options);
	const started = await startServer(command, options);
	return started.ok ? value({ ...started.value, model: SERVED_MODEL, apiKey: command.apiKey }) : started;
}
