import { fileURLToPath } from 'node:url';
import { run } from '../../process/run.ts';
import type { CommandResult, Runner } from '../../process/run.ts';
import { deviceEnv } from './device-env.ts';
import { OFFLINE_ENV, engineEnv } from './engine-env.ts';
import type { EngineEnvironment } from './environment-types.ts';

export type ScriptName = 'score.py' | 'verify_checkpoint.py' | 'kto_preflight.py' | 'tiny_model.py' | 'token_lengths.py' | 'smollm2.py' | 'fetch_model.py' | 'export_arguments.py' | 'look_up_model.py' | 'how_to_read.py' | 'gguf_folder.py';

export type ScriptOptions = {
	/** Where caches may be written. */
	cacheDir: string;
	threads?: number;
	timeoutMs?: number;
	signal?: AbortSignal;
	onProgress?: (done: number, total: number, label: string) => void;
	env?: Readonly<Record<string, string>>;
	/** Runs it otherwise than as a child that nobody guards. */
	run?: Runner;
};

/** Where one of our Python scripts lies. */
export const scriptPath = (name: ScriptName): string => fileURLToPath(new URL(`./python/${name}`, import.meta.url));

/** Runs one of our Python scripts in the engine's environment. */
export function runScript(environment: EngineEnvironment, name: ScriptName, args: readonly string[], options: ScriptOptions): Promise<CommandResult> {
	const device = deviceEnv(environment, options.threads);
	return (options.run ?? run)([environment.python, scriptPath(name), ...args], {
		env: engineEnv(options.cacheDir, { ...OFFLINE_ENV, ...device, ...options.env }),
		timeoutMs: options.timeoutMs,
		signal: options.signal,
		onLine: (line) => {
			const found = /^progress (\d+) (\d+) (.*)$/.exec(line);
			if (found) options.onProgress?.(Number(found[1]), Number(found[2]), found[3] ?? '');
		}
	});
}

/** The last line of a script's output that looks like its answer, as JSON; undefined when there is none. A library may say something after it. */
export function lastJsonLine<T>(result: CommandResult): T | undefined {
	try {
		return JSON.parse(result.stdout.split('\n').findLast((line) => line.startsWith('{')) ?? '') as T;
	} catch {
		return undefined;
	}
}
