import { describe, expect, it } from 'vitest';
import { adapterParameters, countParameters, readShape } from './model-shape.ts';
import type { ModelShape } from './model-shape.ts';
import { PUBLISHED } from './model-shapes.fixture.ts';

const shapeOf = (name: keyof typeof PUBLISHED): ModelShape => readShape(PUBLISHED[name].config) as ModelShape;

describe('the parameters of a model', () => {
	it.each(Object.keys(PUBLISHED) as (keyof typeof PUBLISHED)[])('%s, to the last one', (name) => {
		expect(countParameters(shapeOf(name)).total).toBe(PUBLISHED[name].parameters);
		expect(shapeOf(name).exact).toBe(true);
	});

	it('of an unknown decoder are an estimate and said to be', () => {
		expect(readShape({ ...PUBLISHED['Llama-2-7B'].config, model_type: 'olmo2' })).toMatchObject({ exact: false, layers: 32 });
	});

	it('are found where a multimodal model keeps those of its language', () => {
		expect(readShape({ model_type: 'qwen2_5_vl', vision_config: {}, text_config: PUBLISHED['Qwen2.5-7B'].config })).toMatchObject({ hidden: 3584, kvHeads: 4 });
	});

	it.each([null, {}, { model_type: 't5' }, { ...PUBLISHED['Llama-2-7B'].config, hidden_size: 'wide' }])('are not made up for %j', (config) => {
		expect(readShape(config)).toBeNull();
	});
});

describe('the parameters of an adapter', () => {
	it('as peft counts them: Llama-2-7B, rank 8 on q and v, 4,194,304; rank 16 on all layers, 39,976,960', () => {
		expect(adapterParameters(shapeOf('Llama-2-7B'), 'q_proj,v_proj', 8, false)).toBe(4_194_304);
		expect(adapterParameters(shapeOf('Llama-2-7B'), 'all-linear', 16, false)).toBe(39_976_960);
	});
	it('add up over the groups of layers', () => {
		const on = (modules: string) => adapterParameters(shapeOf('Qwen3-8B'), modules, 16, false);
		expect(on('attention') + on('mlp')).toBe(on('all-linear'));
		expect(on('q_proj') + on('k_proj') + on('v_proj') + on('o_proj')).toBe(on('attention'));
	});
	it('leave experts out and count DoRA’s sizes', () => {
		expect(adapterParameters(shapeOf('Mixtral-8x7B'), 'all-linear', 16, false)).toBe(adapterParameters(shapeOf('Mixtral-8x7B'), 'attention', 16, false));
		expect(adapterParameters(shapeOf('Llama-2-7B'), 'q_proj', 8, true) - adapterParameters(shapeOf('Llama-2-7B'), 'q_proj', 8, false)).toBe(32 * 4096);
	});
});
