import { expect, it } from 'vitest';
import { ggufArgv, quantArgv } from './export-argv.ts';

const environment = { python: 'python', swiftCli: 'swift/cli' };
const paths = { model: { path: '/data/whole', modelType: 'llama', template: 'chatml' }, rows: '/data/rows.jsonl', rowCount: 160, output: '/data/out' };
const calibration = { groupSize: 128 as const, samples: 256, blockTokens: 2048 };

it('weights are rounded by training rows alone, no more of them than there are', () => {
	expect(quantArgv(environment, { format: 'gptq', bits: 8, ...calibration }, paths)).toEqual([
		'python', 'swift/cli/export.py', '--model', '/data/whole', '--model_type', 'llama', '--template', 'chatml', '--load_args', 'false',
		'--quant_method', 'gptq', '--quant_bits', '8', '--group_size', '128', '--quant_n_samples', '160', '--quant_batch_size', '1', '--max_length', '2048',
		'--dataset', '/data/rows.jsonl', '--split_dataset_ratio', '0', '--dataset_num_proc', '1', '--load_from_cache_file', 'false', '--output_dir', '/data/out'
	]);
	const awq = quantArgv(environment, { format: 'awq', ...calibration, samples: 64 }, { ...paths, model: { path: '/data/whole' } });
	expect(awq.slice(2, 4)).toEqual(['--model', '/data/whole']);
	expect(awq.join(' ')).toContain('--quant_method awq --quant_bits 4 --group_size 128 --quant_n_samples 64');
	expect(awq).not.toContain('--template');
});

it('a GGUF is written in the precision that was asked for', () => {
	expect(ggufArgv('python', '/opt/llama.cpp/convert_hf_to_gguf.py', { format: 'gguf', type: 'q8_0' }, { model: '/data/whole', output: '/data/out/m.gguf' })).toEqual(['python', '/opt/llama.cpp/convert_hf_to_gguf.py', '/data/whole', '--outfile', '/data/out/m.gguf', '--outtype', 'q8_0']);
});
