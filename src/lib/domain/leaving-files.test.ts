import { expect, it } from 'vitest';
import { leavingAdapterConfig, leavingText, mayNameFolders, withoutHostFolders } from './leaving-files.ts';

const CONFIG = { alpha_pattern: {}, auto_mapping: null, base_model_name_or_path: '/root/.cache/plumbline/models/smollm2-135m-instruct', lora_alpha: 32.0, peft_type: 'LORA', peft_version: '0.20.0', r: 16, revision: null, target_modules: ['o_proj', 'gate_proj'], task_type: 'CAUSAL_LM' };
const commit = '0123456789abcdef0123456789abcdef01234567';

it('an adapter’s configuration names its base model and no folder of the host that trained it', () => {
	const bundled = leavingAdapterConfig(JSON.stringify(CONFIG, null, 2), { name: 'smollm2-135m-instruct', location: 'bundled:smollm2-135m-instruct' });
	expect(JSON.parse(bundled)).toEqual({ ...CONFIG, base_model_name_or_path: 'smollm2-135m-instruct' });
	expect(Object.keys(JSON.parse(bundled) as object)).toEqual(Object.keys(CONFIG));
	expect(JSON.parse(leavingAdapterConfig(JSON.stringify(CONFIG), { name: 'Qwen3-0.6B', location: `hf:Qwen/Qwen3-0.6B@${commit}` }))).toEqual({ ...CONFIG, base_model_name_or_path: 'Qwen/Qwen3-0.6B', revision: commit });
	expect(leavingAdapterConfig(JSON.stringify(CONFIG), { name: 'own', location: 'folder:/srv/models/own' })).not.toContain('/srv');
});

it.each(['{"base_model_name_or_path": "/srv/models/own", "lora_alpha": NaN}', '["/srv/models/own"]', '{"base_model_name_or_path": "/srv/mod'])('a configuration that is no object in JSON goes out without folders: %s', (config) => {
	expect(leavingAdapterConfig(config, { name: 'own', location: null })).toBe(config.replace('/srv/models/', '').replace('/srv/', ''));
});

it.each([
	['"output_dir": "/data/place/runs/01a2/1/output",', '"output_dir": "output",'],
	["ModelInfo(model_dir='/root/.cache/models/smol', dtype=float32)", "ModelInfo(model_dir='smol', dtype=float32)"],
	['- base_model:adapter:/srv/models/own', '- base_model:adapter:own'],
	['base_model: /srv/Modelle/für-uns/x', 'base_model: x'],
	['"dataset": "/data/place/exports/01a2/1/calibration.jsonl",', '"dataset": "calibration.jsonl",'],
	['["/a/train.jsonl", "/b/c/val.jsonl"]', '["train.jsonl", "val.jsonl"]'],
	['See https://huggingface.co/Qwen/Qwen3 and Qwen/Qwen3-0.6B, 1/2, and/or', 'See https://huggingface.co/Qwen/Qwen3 and Qwen/Qwen3-0.6B, 1/2, and/or'],
	['ignore_patterns=[\'.+\\\\.bin$\'] "eval_loss": 0.5', 'ignore_patterns=[\'.+\\\\.bin$\'] "eval_loss": 0.5']
])('what names a folder of a host keeps its last part alone: %s', (text, leaving) => {
	expect(withoutHostFolders(text)).toBe(leaving);
});

it('leaves weights, tokenizers and templates as they are, and JSON readable', () => {
	expect(['adapter_model.safetensors', 'tokenizer.json', 'tokenizer_config.json', 'chat_template.jinja', 'sub/args.json'].some(mayNameFolders)).toBe(false);
	expect(mayNameFolders('quantize_config.json')).toBe(true);
	const args = { model: '/root/.cache/plumbline/models/smol', learning_rate: 0.001, dataset: ['/tmp/runs/1/train.jsonl'], system: null };
	expect(JSON.parse(leavingText('args.json', JSON.stringify(args, null, 2), { name: 'smol', location: null }))).toEqual({ ...args, model: 'smol', dataset: ['train.jsonl'] });
});
