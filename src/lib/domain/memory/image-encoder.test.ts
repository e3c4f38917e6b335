import { describe, expect, it } from 'vitest';
import { readEncoder } from './image-encoder.ts';

/** `vision_config`s as published, and the parameters that transformers 5.19 makes of them: of the encoder, and of what joins it to a decoder so wide. */
const COUNTED = {
	'Qwen2-VL-7B': { hidden: 3584, config: { depth: 32, embed_dim: 1280, hidden_size: 3584, hidden_act: 'quick_gelu', mlp_ratio: 4, num_heads: 16, in_channels: 3, patch_size: 14, spatial_merge_size: 2, temporal_patch_size: 2 }, encoder: 631_183_360, joint: 44_575_744, pixelsPerToken: 784 },
	'Qwen2.5-VL-7B': { hidden: 3584, config: { depth: 32, hidden_act: 'silu', hidden_size: 1280, intermediate_size: 3420, num_heads: 16, out_hidden_size: 3584, patch_size: 14, spatial_merge_size: 2, temporal_patch_size: 2 }, encoder: 631_975_680, joint: 44_574_464, pixelsPerToken: 784 },
	'Qwen3-VL (27 blocks)': { hidden: 3584, config: { depth: 27, hidden_size: 1152, hidden_act: 'gelu_pytorch_tanh', intermediate_size: 4304, num_heads: 16, in_channels: 3, patch_size: 16, spatial_merge_size: 2, temporal_patch_size: 2, out_hidden_size: 3584, deepstack_visual_indexes: [8, 16, 24] }, encoder: 415_891_440, joint: 151_057_664, pixelsPerToken: 1024 },
	'LLaVA-1.5-7B': { hidden: 4096, config: { hidden_size: 1024, intermediate_size: 4096, num_hidden_layers: 24, num_attention_heads: 16, image_size: 336, patch_size: 14, hidden_act: 'quick_gelu' }, encoder: 303_507_456, joint: 20_979_712, pixelsPerToken: null }
} as const;

describe('what reads images', () => {
	it.each(Object.entries(COUNTED))('of %s has as many parameters, to 1.2 %%', (_, { hidden, config, encoder, joint, pixelsPerToken }) => {
		const read = readEncoder({ vision_config: config }, hidden);
		expect(Math.abs((read?.encoder ?? 0) / encoder - 1)).toBeLessThan(0.012);
		expect(Math.abs((read?.joint ?? 0) / joint - 1)).toBeLessThan(0.012);
		expect(read?.pixelsPerToken).toBe(pixelsPerToken);
	});

	it.each([null, {}, { vision_config: {} }, { vision_config: { depth: 2 } }, { vision_config: { depth: 'two', hidden_size: 8 } }])('is not made up for %j', (config) => expect(readEncoder(config, 64)).toBeNull());
});
