import { join } from 'node:path';
import { run } from '../../process/run.ts';
import type { ModelSource } from '../engine.ts';
import { value } from '../problem.ts';
import type { Outcome } from '../problem.ts';
import { deviceEnv } from './device-env.ts';
import { OFFLINE_ENV, engineEnv } from './engine-env.ts';
import type { EngineEnvironment } from './environment-types.ts';
import { explainFailure } from './failure.ts';
import { readAs } from './how-to-read.ts';
import type { ScriptOptions } from './python-script.ts';

/** An adapter and the model it was trained on; `reward` when it gives scores. */
export type Mergeable = { model: ModelSource; adapter: string; reward: boolean };

/**
 * Writes the model with the adapter's weights added to its own as a whole model, by the engine's own export. After
 * training on 4-bit weights the adapter is added to the original ones.
 */
export async function mergeAdapter(environment: EngineEnvironment, { model, adapter, reward }: Mergeable, output: string, options: ScriptOptions): Promise<Outcome<ModelSource>> {
	const argv = [
		environment.python, join(environment.swiftCli, 'export.py'),
		...readAs(model),
		'--adapters', adapter,
		'--load_args', 'false', // an adapter's args.json names the paths of the run that made it
		'--merge_lora', 'true',
		...(reward ? ['--task_type', 'seq_cls', '--num_labels', '1'] : []),
		'--output_dir', output
	];
	const result = await (options.run ?? run)(argv, { env: engineEnv(options.cacheDir, { ...OFFLINE_ENV, ...deviceEnv(environment, options.threads) }), timeoutMs: options.timeoutMs, signal: options.signal });
	if (result.code === 0) return value({ ...model, path: output });
	const why = explainFailure({ code: result.code, signal: result.signal, reason: 'exited' }, result.stderr.slice(-20_000));
	return { ok: false, problem: { ...why, code: 'merge_failed', message: `The adapter could not be merged into its model. ${why.message}` } };
}
