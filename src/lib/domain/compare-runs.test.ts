import { describe, expect, it } from 'vitest';
import { curveOf, differingSettings } from './compare-runs.ts';
import { recipeDefaults } from './training-recipe.ts';

const steps = (count: number, value: (i: number) => number) => Array.from({ length: count }, (_, i) => ({ step: i + 1, epoch: (i + 1) / 100, values: { loss: value(i), 'train_speed(s/it)': 2 } }));

describe('curveOf', () => {
	it('goes over steps, epochs or seconds, and leaves out what has no value', () => {
		const all = [...steps(3, (i) => i), { step: 4, epoch: null, values: { other: 1 } }];
		expect(curveOf(all, 'loss', 'step')).toEqual([{ x: 1, y: 0 }, { x: 2, y: 1 }, { x: 3, y: 2 }]);
		expect(curveOf(all, 'loss', 'epoch').map(({ x }) => x)).toEqual([0.01, 0.02, 0.03]);
		expect(curveOf(all, 'loss', 'time').map(({ x }) => x)).toEqual([2, 4, 6]);
		expect(curveOf(all, 'other', 'epoch')).toEqual([]);
	});
});

describe('differingSettings', () => {
	const dpo = recipeDefaults('dpo', { device: 'cpu' });

	it('names what differs, with each value, and nothing of equal runs', () => {
		expect(differingSettings([dpo, dpo])).toEqual([]);
		expect(differingSettings([dpo, { ...dpo, learningRate: 5e-5, advanced: { max_grad_norm: 0.5 } }])).toEqual([
			{ field: 'learningRate', values: [dpo.learningRate, 5e-5] },
			{ field: 'max_grad_norm', values: [null, 0.5] }
		]);
	});

	it('has null where a setting means nothing: another objective, another tuner', () => {
		const orpo = recipeDefaults('orpo', { device: 'cpu' });
		const found = new Map(differingSettings([dpo, orpo]).map(({ field, values }) => [field, values]));
		expect(found.get('objective')).toEqual(['dpo', 'orpo']);
		expect(found.get('reference')).toEqual([dpo.objective === 'dpo' && dpo.reference, null]);
	});
});
