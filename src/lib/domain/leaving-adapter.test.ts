import { expect, it } from 'vitest';
import { leavingAdapterConfig } from './leaving-adapter.ts';

const CONFIG = { alpha_pattern: {}, auto_mapping: null, base_model_name_or_path: '/root/.cache/plumbline/models/smollm2-135m-instruct', lora_alpha: 32.0, peft_type: 'LORA', peft_version: '0.20.0', r: 16, revision: null, target_modules: ['o_proj', 'gate_proj'], task_type: 'CAUSAL_LM' };
const commit = '0123456789abcdef0123456789abcdef01234567';

it('an adapter’s configuration names its base model and no folder of the host that trained it', () => {
	const bundled = leavingAdapterConfig(JSON.stringify(CONFIG, null, 2), { name: 'smollm2-135m-instruct', location: 'bundled:smollm2-135m-instruct' });
	expect(JSON.parse(bundled)).toEqual({ ...CONFIG, base_model_name_or_path: 'smollm2-135m-instruct' });
	expect(Object.keys(JSON.parse(bundled) as object)).toEqual(Object.keys(CONFIG));
	expect(JSON.parse(leavingAdapterConfig(JSON.stringify(CONFIG), { name: 'Qwen3-0.6B', location: `hf:Qwen/Qwen3-0.6B@${commit}` }))).toEqual({ ...CONFIG, base_model_name_or_path: 'Qwen/Qwen3-0.6B', revision: commit });
	expect(leavingAdapterConfig(JSON.stringify(CONFIG), { name: 'own', location: 'folder:/srv/models/own' })).not.toContain('/srv');
});
