import { describe, expect, it } from 'vitest';
import { recipeDefaults } from '#lib/domain/training-recipe.ts';
import { checkSweep, emptySweep, offeredFields, planOf, readSweepForm } from './sweep-form.ts';
import type { SweepValues } from './sweep-form.ts';

const recipe = recipeDefaults('dpo', { device: 'cpu' });
const form = (fields: Record<string, string>): SweepValues => readSweepForm(new Map(Object.entries(fields)), 'dpo');

describe('the form of a sweep', () => {
	it('offers what means something beside the other settings', () => {
		expect(offeredFields(recipe)).toContain('loraRank');
		expect(offeredFields({ ...recipe, tuner: 'full' })).not.toContain('loraRank');
		expect(offeredFields({ ...recipe, lossType: 'ipo' })).not.toContain('labelSmoothing');
	});

	it('reads values with whatever stands between them, and leaves alone what is empty', () => {
		const values = form({ method: 'grid', 'values.beta': '0.05，0.1、 1e-1x', 'values.loraRank': '8; 16' });
		expect(planOf(values)).toEqual({ method: 'grid', settings: { beta: [0.05, 0.1, '1e-1x'], loraRank: [8, 16] } });
		expect(checkSweep(values, 'dpo').issues).toEqual([{ field: 'beta', code: 'not_a_number' }]);
		expect(checkSweep(form({ method: 'grid', 'values.beta': '0.05, 0.1', 'values.loraRank': '8 16', 'values.maxSteps': '20' }), 'dpo').points).toHaveLength(4);
	});

	it('reads bounds, and says which of them is missing or no number', () => {
		const random = { method: 'random', 'from.learningRate': '1e-5', 'to.learningRate': '1e-3', count: '5', seed: '7' };
		expect(checkSweep(form(random), 'dpo').points).toHaveLength(5);
		expect(checkSweep(form({ ...random, 'to.learningRate': '' }), 'dpo').issues).toEqual([{ field: 'learningRate', code: 'not_a_number' }]);
		expect(checkSweep(form({ ...random, count: '500' }), 'dpo').issues).toEqual([{ field: 'count', code: 'not_a_number' }]);
		expect(checkSweep(form({ ...random, 'from.beta': '2', 'to.beta': '1' }), 'dpo').issues).toEqual([{ field: 'beta', code: 'bounds_crossed' }]);
	});

	it('begins empty, which is no sweep', () => {
		expect(checkSweep(emptySweep(recipe), 'dpo')).toEqual({ plan: null, points: [], issues: [{ field: 'settings', code: 'none_named' }] });
	});
});
