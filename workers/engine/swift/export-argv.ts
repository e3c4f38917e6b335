import { join } from 'node:path';
import type { ExportPlan, QuantPlan } from '#lib/domain/checkpoint-export.ts';
import type { ModelSource } from '../engine.ts';
import type { EngineEnvironment } from './environment-types.ts';
import { readAs } from './how-to-read.ts';

/** Where the rounding of weights is asked for: a whole model, rows to round by, and where the result goes. */
export type QuantPaths = { model: ModelSource; rows: string; rowCount: number; output: string };

/** The engine's command that rounds a whole model's weights by GPTQ or AWQ. Pure. */
export function quantArgv({ python, swiftCli }: Pick<EngineEnvironment, 'python' | 'swiftCli'>, plan: QuantPlan, { model, rows, rowCount, output }: QuantPaths): string[] {
	return [
		python, join(swiftCli, 'export.py'),
		...readAs(model),
		'--load_args', 'false', // a merged folder's args.json names the paths of the run that made it
		'--quant_method', plan.format,
		'--quant_bits', String(plan.format === 'gptq' ? plan.bits : 4),
		'--group_size', String(plan.groupSize),
		'--quant_n_samples', String(Math.min(plan.samples, rowCount)),
		'--quant_batch_size', '1',
		'--max_length', String(plan.blockTokens),
		'--dataset', rows,
		'--split_dataset_ratio', '0', // splits are made once per prompt group, not by the engine
		'--dataset_num_proc', '1',
		'--load_from_cache_file', 'false',
		'--output_dir', output
	];
}

/** The command of llama.cpp's converter, by the engine's Python, which has what it imports. Pure. */
export function ggufArgv(python: string, converter: string, plan: Extract<ExportPlan, { format: 'gguf' }>, of: { model: string; output: string }): string[] {
	return [python, converter, of.model, '--outfile', of.output, '--outtype', plan.type];
}
