import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { activationBytes, blockBytes } from './activations.ts';
import { readShape } from './model-shape.ts';
import type { ModelShape } from './model-shape.ts';

type Measured = { shape: object; cases: { tuner: string; dropout: number; recompute: boolean; bytes: number }[] };
const measured = JSON.parse(readFileSync(new URL('../../../../test/golden/activations.json', import.meta.url), 'utf8')) as Measured;
const shape = readShape({ ...measured.shape, model_type: 'qwen2', num_hidden_layers: 6 }) as ModelShape;

it.each(measured.cases)('a block keeps what torch was seen to keep, $tuner with dropout $dropout, recomputed: $recompute', ({ tuner, dropout, recompute, bytes }) => {
	const recipe = { precision: 'bf16' as const, tuner: tuner as 'lora' | 'full', loraDropout: dropout, targetModules: 'all-linear', gradientCheckpointing: recompute ? ('on' as const) : ('off' as const) };
	if (recompute) {
		// Each block's input, and one block's own on top.
		expect(activationBytes(shape, recipe, 1) - blockBytes(shape, recipe)).toBe(shape.layers * bytes);
	} else {
		expect(Math.abs(blockBytes(shape, recipe) / bytes - 1)).toBeLessThan(0.15);
	}
});
