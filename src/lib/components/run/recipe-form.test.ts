import { describe, expect, test } from 'vitest';
import { adapterOf, OBJECTIVES, recipeDefaults } from '#lib/domain/training-recipe.ts';
import type { Objective, TrainingRecipe } from '#lib/domain/training-recipe.ts';
import { checkForm, fieldsOfPart, readForm, recipeOf, toForm, toStage, valueWords, withSettings } from './recipe-form.ts';
import type { FormField, FormValues } from './recipe-form.ts';

const context = { rows: 200, parent: { kind: 'base' as const } };
const proposed = (objective: Objective): TrainingRecipe => recipeDefaults(objective, { device: 'cpu' });
const filled = (objective: Objective, over: Partial<FormValues> = {}): FormValues => ({ ...toForm(proposed(objective)), ...over });
const check = (objective: Objective, over: Partial<FormValues> = {}) => checkForm(filled(objective, over), proposed(objective), context);

describe('the form of a run', () => {
	test.each(OBJECTIVES)('gives the defaults of %s back as they were', (objective) => {
		const recipe: TrainingRecipe = recipeDefaults(objective, { device: 'gpu' });
		expect(checkForm(toForm(recipe), recipe, context)).toEqual({ recipe, issues: [] });
	});

	test('survives the way through a browser', () => {
		const values = filled('dpo', { advanced: 'max_grad_norm 0.5' });
		expect(readForm(new Map(Object.entries(values)), 'dpo')).toEqual(values);
	});

	test('counts steps or epochs, whichever was chosen', () => {
		expect(recipeOf(filled('dpo', { length: 'epochs', epochs: '2', maxSteps: '100' }), 'dpo')).toMatchObject({ epochs: 2, maxSteps: null });
		expect(recipeOf(filled('dpo', { length: 'steps' }), 'dpo')).toMatchObject({ epochs: null, maxSteps: 100 });
	});

	test('an empty fine-tuning weight switches the term off, other empty fields are missing', () => {
		expect(check('dpo', { rpoAlpha: ' ' }).recipe).toMatchObject({ rpoAlpha: null });
		expect(check('dpo', { beta: '' }).issues).toEqual([{ field: 'beta', code: 'missing' }]);
	});

	test.each<[FormField, string, object]>([
		['learningRate', 'fast', { code: 'not_a_number' }],
		['batchSize', '1.5', { code: 'not_whole' }],
		['batchSize', '0', { code: 'too_small', limit: 1 }],
		['warmupRatio', '2', { code: 'too_large', limit: 1 }],
		['targetModules', 'some;thing', { code: 'not_offered' }],
		['maxSteps', '10', { field: 'saveSteps', code: 'save_after_end' }],
		['batchSize', '500', { code: 'batch_over_rows' }],
		['advanced', 'output_dir x', { code: 'advanced_refused', detail: 'output_dir' }],
		['advanced', 'optim ../x', { code: 'advanced_refused', detail: 'optim' }]
	])('%s = %s is refused by name', (field, text, expected) => {
		expect(check('dpo', { [field]: text }).issues).toEqual([{ field, ...expected }]);
	});

	test('KTO with a batch of one is refused, DPO is not', () => {
		expect(check('kto', { batchSize: '1' }).issues).toEqual([{ field: 'batchSize', code: 'kto_batch_of_one' }]);
		expect(check('dpo', { batchSize: '1' }).issues).toEqual([]);
	});

	test('asks an objective only for its own fields, and for those that mean something', () => {
		const more = (objective: Objective, over: Partial<FormValues> = {}) => fieldsOfPart(objective, 'more', filled(objective, over));
		expect(more('dpo')).toEqual(expect.arrayContaining(['reference', 'lossType', 'rpoAlpha', 'loraRank']));
		expect(more('kto')).toEqual(expect.arrayContaining(['reference', 'desirableWeight']));
		for (const field of ['reference', 'rpoAlpha'] as const) expect(more('orpo')).not.toContain(field);
		expect(more('dpo', { tuner: 'full' })).not.toContain('loraRank');
		expect(more('dpo', { lossType: 'ipo' })).not.toContain('labelSmoothing');
		expect(fieldsOfPart('dpo', 'hardware', filled('dpo'))).not.toContain('gpus');
		expect(fieldsOfPart('dpo', 'hardware', filled('dpo', { strategy: 'ddp' }))).toContain('gpus');
	});

	test('takes settings over what stands there, as a preset or a parent gives them', () => {
		const over = withSettings(filled('dpo'), { epochs: 3, maxSteps: null, ...adapterOf({ ...proposed('kto'), loraRank: 64, targetModules: 'q_proj,v_proj' }) });
		expect(checkForm(over, proposed('dpo'), context).recipe).toMatchObject({ epochs: 3, maxSteps: null, loraRank: 64, targetModules: 'q_proj,v_proj' });
	});

	test('begins with the stage of a copied run that never came to start from it', () => {
		const snapshot = { id: 's', rows: 40 };
		const from = { id: 'r', priority: 0, launcher: 'local' as const, labels: [], stopOn: [], stage: { snapshotId: 's', steps: 6, rate: 0.00001 } };
		expect(toStage({ stage: { possible: true, snapshot }, from })).toEqual({ first: true, steps: '6', rate: '0.00001' });
		const none = { first: false, steps: '', rate: '' };
		expect(toStage({ stage: { possible: true, snapshot }, from: { ...from, stage: null } })).toEqual(none);
		expect(toStage({ stage: { possible: true, snapshot }, from: null })).toEqual(none);
		expect(toStage({ stage: { possible: true, snapshot: null }, from })).toEqual(none);
	});

	test('says values in the reader’s words', () => {
		expect([valueWords('dpo', 'tuner', 'qlora', 'zh'), valueWords('dpo', 'dora', true, 'zh'), valueWords('dpo', 'targetModules', 'k_proj', 'en')]).toEqual(['QLoRA，4 位权重上的适配器', '开', 'k_proj']);
	});
});
