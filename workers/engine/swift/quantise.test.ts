import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { isQuantised } from './quantise.ts';

let folder: string;
beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'plumbline-rounded-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it.each([
	['{"quantization_config": {"quant_method": "gptq", "bits": 4}, "rope_theta": Infinity}', true],
	['{"quantization_config": {"quant_method": "awq"}}', false],
	['{"quantization_config": null}', false],
	['{"architectures": ["LlamaForCausalLM"]}', false],
	// A disk that was full in the middle of it.
	['{"quantization_config": {"quant_me', false],
	['null', false],
	['', false]
])('of a model whose config.json is %j says %j', async (config, rounded) => {
	await writeFile(join(folder, 'config.json'), config);
	expect(await isQuantised(folder, 'gptq')).toBe(rounded);
});

it('does not take a folder without a config.json for rounded', async () => {
	expect(await isQuantised(join(folder, 'none'), 'gptq')).toBe(false);
});
