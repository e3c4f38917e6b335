import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { problem, value } from '../engine/problem.ts';
import type { Outcome } from '../engine/problem.ts';
import { deviceEnv } from '../engine/swift/device-env.ts';
import { OFFLINE_ENV, engineEnv } from '../engine/swift/engine-env.ts';
import type { EngineEnvironment } from '../engine/swift/environment-types.ts';
import { readSettings } from '../engine/swift/model-folder.ts';
import { freePort, originOf } from './start-server.ts';
import type { ServerCommand } from './start-server.ts';
import { SERVED_MODEL } from './swift-server.ts';
import type { Serves } from './swift-server.ts';

/** What lets nobody reach more of vLLM than is asked of it here: the folder it lies in, and how vLLM names it. */
export const GATE = { folder: fileURLToPath(new URL('./python', import.meta.url)), middleware: 'plumbline_gate.Gate' };

/** Ranks that vLLM makes room for; an adapter of a rank between takes the next one. */
const RANKS = [8, 16, 32, 64, 128, 256, 320, 512];

/** The least rank that vLLM offers and that holds every adapter; the largest where none does, and vLLM says why not. */
export function rankFor(ranks: readonly number[]): number {
	const most = Math.max(...ranks);
	return RANKS.find((rank) => rank >= most) ?? 512;
}

/**
 * vLLM's command line for one model and the adapters on it, by the options of its releases from 0.11.1 on. Pure. Adapters
 * all stay in memory: none is read again from a file that may have changed since it was checked.
 * @param of.program the `vllm` of an environment of its own
 * @param of.ranks ranks of the adapters, in their order
 */
export function vllmArgv(serves: Serves, of: { program: string; host: string; port: number; gpus: number; ranks: readonly number[] }): string[] {
	const adapters = serves.served.flatMap(({ name, adapter }) => (adapter === undefined ? [] : [{ name, path: adapter }]));
	const itself = serves.served.find(({ adapter }) => adapter === undefined)?.name ?? SERVED_MODEL;
	const lora = adapters.length === 0 ? [] : ['--enable-lora', '--max-loras', String(adapters.length), '--max-cpu-loras', String(adapters.length), '--max-lora-rank', String(rankFor(of.ranks)), '--lora-modules', ...adapters.map(({ name, path }) => `${name}=${path}`)];
	return [
		of.program, 'serve', serves.model.path,
		'--served-model-name', itself,
		'--host', of.host, '--port', String(of.port),
		'--dtype', serves.rounded ? 'float16' : 'bfloat16',
		'--tensor-parallel-size', String(of.gpus),
		'--uvicorn-log-level', 'warning', // would log who asks
		'--no-enable-log-requests', // would log prompts
		'--allowed-media-domains', 'none.invalid', // a request names no address for the server to fetch
		'--middleware', GATE.middleware, // its own check of the key leaves paths open
		...lora
	];
}

async function rankOf(name: string, adapter: string): Promise<Outcome<number>> {
	const settings = await readSettings(adapter, 'adapter_config.json');
	if (!settings.ok) return problem('broken_model', `${name}’s adapter_config.json holds no JSON object that could be read.`, 'Another try would end alike. Serve another checkpoint.');
	const { r } = settings.value;
	return value(typeof r === 'number' ? r : 0);
}

/** vLLM's server for the checkpoints of one base on the GPUs that it was given, or which of them is broken; its key is read from the environment, which other users of the host do not see. */
export async function vllmCommand(environment: EngineEnvironment, serves: Serves, of: { program: string; dir: string; host: string; apiKey: string }): Promise<Outcome<ServerCommand>> {
	const port = await freePort(of.host);
	const ranks: number[] = [];
	for (const { name, adapter } of serves.served) {
		if (adapter === undefined) continue;
		const rank = await rankOf(name, adapter);
		if (!rank.ok) return rank;
		ranks.push(rank.value);
	}
	return value({
		argv: vllmArgv(serves, { program: of.program, host: of.host, port, gpus: environment.devices?.length ?? 1, ranks }),
		env: engineEnv(join(of.dir, 'cache'), { ...OFFLINE_ENV, ...deviceEnv(environment), PYTHONPATH: GATE.folder, VLLM_API_KEY: of.apiKey, VLLM_LOGGING_LEVEL: 'WARNING', VLLM_NO_USAGE_STATS: '1', VLLM_CACHE_ROOT: join(of.dir, 'cache', 'vllm') }),
		cwd: of.dir,
		baseUrl: `${originOf(of.host, port)}/v1`,
		models: serves.served.map(({ name }) => name),
		apiKey: of.apiKey
	});
}
