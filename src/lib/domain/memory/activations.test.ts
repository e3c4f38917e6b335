import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Objective } from '../training-recipe.ts';
import { activationBytes, blockBytes, scoreBytes, scoredTokens } from './activations.ts';
import { readShape } from './model-shape.ts';
import type { ModelShape } from './model-shape.ts';

const golden = <T>(name: string): T => JSON.parse(readFileSync(new URL(`../../../../test/golden/${name}.json`, import.meta.url), 'utf8')) as T;
const kept = golden<{ models: { shape: { model_type: string }; cases: { tuner: string; dropout: number; recompute: boolean; bytes: number }[] }[] }>('activations');

describe.each(kept.models)('a block of $shape.model_type', ({ shape: config, cases }) => {
	const shape = readShape({ ...config, num_hidden_layers: 6 }) as ModelShape;
	it.each(cases)('keeps what torch was seen to keep, $tuner with dropout $dropout, recomputed: $recompute', ({ tuner, dropout, recompute, bytes }) => {
		const recipe = { objective: 'sft' as const, precision: 'bf16' as const, tuner: tuner as 'lora' | 'full', loraDropout: dropout, targetModules: 'all-linear', gradientCheckpointing: recompute ? ('on' as const) : ('off' as const) };
		if (recompute) {
			// Each block's input, and one block's own on top.
			expect(activationBytes(shape, recipe, 1) - blockBytes(shape, recipe)).toBe(shape.layers * bytes);
		} else {
			expect(Math.abs(blockBytes(shape, recipe) / bytes - 1)).toBeLessThan(0.15);
		}
	});

	it('keeps no dropout where an objective has none', () => {
		const adapter = { precision: 'bf16' as const, tuner: 'lora' as const, targetModules: 'all-linear' };
		expect(blockBytes(shape, { ...adapter, objective: 'dpo', loraDropout: 0.1 })).toBe(blockBytes(shape, { ...adapter, objective: 'sft', loraDropout: 0 }));
	});
});

describe('scores over the vocabulary', () => {
	const { cases } = golden<{ cases: { objective: Objective; term: boolean; precision: string; question: number; answer: number }[] }>('scores');
	const recipe = (objective: Objective, batchSize = 1) => ({ objective, batchSize, maxLength: 1000 });
	const at = { longest: 300, answer: 100, shortestQuestion: 50 };

	it.each(cases)('cost what they were seen to cost while the engine trained: $objective in $precision, with a term: $term', ({ objective, question, answer }) => {
		expect(Math.abs(scoreBytes({ vocabulary: 1 }, objective, 1) / answer - 1)).toBeLessThan(0.15);
		const longer = scoredTokens(recipe(objective), { ...at, longest: 310 }) - scoredTokens(recipe(objective), at);
		expect(longer > 0).toBe(question > 1);
	});

	it('begin where the first answer of a batch does, and end where rows are cut', () => {
		expect([scoredTokens(recipe('dpo'), at), scoredTokens(recipe('dpo', 4), at), scoredTokens(recipe('dpo', 4), { longest: 300, answer: 100 })]).toEqual([100, 250, 300]);
		expect(scoredTokens({ ...recipe('orpo'), maxLength: 64 }, at)).toBe(64);
	});
});
