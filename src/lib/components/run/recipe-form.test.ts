import { describe, expect, test } from 'vitest';
import { recipeDefaults } from '#lib/domain/training-recipe.ts';
import type { Objective } from '#lib/domain/training-recipe.ts';
import { applies, checkForm, readForm, recipeOf, toForm } from './recipe-form.ts';
import type { FormField, FormValues } from './recipe-form.ts';

const context = { rows: 200, parentIsBase: true };

function filled(objective: Objective, over: Partial<FormValues> = {}): FormValues {
	return { ...toForm({ ...recipeDefaults(objective, { device: 'cpu' }), reference: 'base' }), ...over };
}

describe('the form of a run', () => {
	test.each(['dpo', 'kto', 'orpo'] as const)('gives the defaults of %s back as they were', (objective) => {
		const recipe = { ...recipeDefaults(objective, { device: 'gpu' }), reference: 'base' as const };
		expect(checkForm(toForm(recipe), objective, context)).toEqual({ recipe, issues: [] });
	});

	test('survives the way through a browser', () => {
		const values = filled('dpo');
		expect(readForm(new Map(Object.entries(values)))).toEqual(values);
	});

	test('counts steps or epochs, whichever was chosen', () => {
		expect(recipeOf(filled('dpo', { length: 'epochs', epochs: '2', maxSteps: '100' }), 'dpo')).toMatchObject({ epochs: 2, maxSteps: null });
		expect(recipeOf(filled('dpo', { length: 'steps' }), 'dpo')).toMatchObject({ epochs: null, maxSteps: 100 });
	});

	test('an empty fine-tuning weight switches the term off, other empty fields are missing', () => {
		expect(checkForm(filled('dpo', { rpoAlpha: ' ' }), 'dpo', context).recipe).toMatchObject({ rpoAlpha: null });
		expect(checkForm(filled('dpo', { beta: '' }), 'dpo', context).issues).toEqual([{ field: 'beta', code: 'missing' }]);
	});

	test.each<[FormField, string, object]>([
		['learningRate', 'fast', { code: 'not_a_number' }],
		['batchSize', '1.5', { code: 'not_whole' }],
		['batchSize', '0', { code: 'too_small', limit: 1 }],
		['warmupRatio', '2', { code: 'too_large', limit: 1 }],
		['targetModules', 'some', { code: 'not_offered' }],
		['maxSteps', '10', { field: 'saveSteps', code: 'save_after_end' }],
		['batchSize', '500', { code: 'batch_over_rows' }]
	])('%s = %s is refused by name', (field, text, expected) => {
		expect(checkForm(filled('dpo', { [field]: text }), 'dpo', context).issues).toEqual([{ field, ...expected }]);
	});

	test('KTO with a batch of one is refused, DPO is not', () => {
		expect(checkForm(filled('kto', { batchSize: '1' }), 'kto', context).issues).toEqual([{ field: 'batchSize', code: 'kto_batch_of_one' }]);
		expect(checkForm(filled('dpo', { batchSize: '1' }), 'dpo', context).issues).toEqual([]);
	});

	test('asks an objective only for its own fields', () => {
		expect([applies('rpoAlpha', 'dpo'), applies('rpoAlpha', 'kto'), applies('desirableWeight', 'kto'), applies('reference', 'orpo')]).toEqual([true, false, true, false]);
	});
});
