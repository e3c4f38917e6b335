import { expect, it } from 'vitest';
import { NOT_EXPORTED } from '../../handlers/checkpoint-files.ts';
import { PICKLED } from './pickled.ts';

it.each(['optimizer.pt', 'rng_state_0.pth', 'training_args.bin', 'pytorch_model_fsdp.bin', 'pytorch_model_fsdp_0/__0_0.distcp', 'pytorch_model_fsdp_0/.metadata', '.metadata', 'global_step3/mp_rank_00_model_states.pt'])('%s is neither kept nor exported', (path) => {
	expect([PICKLED.test(path), NOT_EXPORTED.test(path)]).toEqual([true, true]);
});

it.each(['adapter_model.safetensors', 'model-00001-of-00002.safetensors', 'config.json', 'tokenizer.json', 'chat_template.jinja', 'README.md', 'metadata'])('%s is', (path) => {
	expect([PICKLED.test(path), NOT_EXPORTED.test(path)]).toEqual([false, false]);
});

it('what names folders of the host is kept and not exported', () => expect([PICKLED.test('args.json'), NOT_EXPORTED.test('args.json')]).toEqual([false, true]));
