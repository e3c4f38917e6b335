import { describe, expect, it } from 'vitest';
import * as v from 'valibot';
import { adapterOf, OBJECTIVES, TrainingRecipeSchema, fieldHelp, plannedSteps, recipeDefaults, recipeProblems } from './training-recipe.ts';
import type { TrainingRecipe } from './training-recipe.ts';

const fine = { rows: 200, parentIsBase: true };
const codes = (recipe: TrainingRecipe, context = {}) => recipeProblems(recipe, { ...fine, ...context }).map((p) => p.code);

describe('recipeDefaults', () => {
	it.each(OBJECTIVES.flatMap((objective) => (['cpu', 'gpu'] as const).map((device) => ({ objective, device }))))(
		'$objective on $device is valid and has no problems',
		({ objective, device }) => {
			const recipe = recipeDefaults(objective, { device });
			expect(v.parse(TrainingRecipeSchema, recipe)).toEqual(recipe);
			expect(codes(recipe)).toEqual([]);
		}
	);

	it('on CPU is the recipe that was measured to change the text', () => {
		expect(recipeDefaults('dpo', { device: 'cpu' })).toMatchObject({
			rpoAlpha: 1, loraRank: 16, loraAlpha: 32, targetModules: 'all-linear', learningRate: 1e-3, batchSize: 2, warmupRatio: 0.05
		});
	});
});

describe('TrainingRecipeSchema', () => {
	it('refuses a field of another objective', () => {
		const orpo = { ...recipeDefaults('orpo', { device: 'cpu' }), rpoAlpha: 1 };
		expect(v.safeParse(TrainingRecipeSchema, orpo).success).toBe(false);
		const dpo = { ...recipeDefaults('dpo', { device: 'cpu' }), desirableWeight: 1 };
		expect(v.safeParse(TrainingRecipeSchema, dpo).success).toBe(false);
	});

	it.each([['learningRate', 0], ['batchSize', 1.5], ['loraRank', 0], ['seed', -1], ['learningRate', Number.NaN]])('refuses %s = %s', (key, value) => {
		expect(v.safeParse(TrainingRecipeSchema, { ...recipeDefaults('dpo', { device: 'cpu' }), [key]: value }).success).toBe(false);
	});
});

describe('recipeProblems', () => {
	const dpo = recipeDefaults('dpo', { device: 'cpu' });
	const kto = recipeDefaults('kto', { device: 'cpu' });
	const orpo = recipeDefaults('orpo', { device: 'cpu' });

	it('KTO with a total batch of one', () => {
		expect(codes({ ...kto, batchSize: 1 })).toEqual(['kto_batch_of_one']);
		expect(codes({ ...kto, batchSize: 1, gradientAccumulation: 2 })).toEqual([]);
		expect(codes({ ...kto, batchSize: 1 }, { processes: 2 })).toEqual([]);
	});
	it('KTO whose remainder is one row is possible', () => expect(codes(kto, { rows: 201 })).toEqual([]));
	it('KTO with one kind of row', () => expect(codes(kto, { oneKindOnly: true })).toEqual(['kto_one_kind_only']));
	it('ORPO with a reference', () => expect(codes({ ...orpo, reference: 'parent' })).toEqual(['orpo_has_no_reference']));
	it('saves after the end', () => expect(codes({ ...dpo, maxSteps: 10, saveSteps: 11 })).toEqual(['save_after_end']));
	it('a batch larger than the data', () => expect(codes({ ...dpo, batchSize: 8 }, { rows: 7 })).toEqual(['batch_over_rows']));
	it('no rows', () => expect(codes(dpo, { rows: 0 })).toEqual(['no_rows']));
	it('no length and two lengths', () => {
		expect(codes({ ...dpo, maxSteps: null })).toEqual(['length_missing']);
		expect(codes({ ...dpo, epochs: 1 })).toEqual(['length_twice']);
	});
	it('an adapter that is not the parent’s', () => {
		const parentAdapter = adapterOf(dpo);
		expect(codes(dpo, { parentIsBase: false, parentAdapter })).toEqual([]);
		expect(codes({ ...dpo, loraRank: 8 }, { parentIsBase: false, parentAdapter })).toEqual(['parent_rank_differs']);
		expect(codes({ ...dpo, loraAlpha: 8, targetModules: 'mlp' }, { parentIsBase: false, parentAdapter })).toEqual(['parent_alpha_differs', 'parent_targets_differ']);
		expect(codes({ ...dpo, loraRank: 8 }, { parentIsBase: true })).toEqual([]);
	});
	it('a run that is warm-up only', () => expect(codes({ ...dpo, warmupRatio: 1 })).toEqual(['warmup_is_all']));
});

describe('plannedSteps', () => {
	const recipe = { ...recipeDefaults('dpo', { device: 'gpu' }), batchSize: 4, gradientAccumulation: 4 };
	it('counts a last, incomplete step', () => expect(plannedSteps({ ...recipe, epochs: 1 }, 33)).toBe(3));
	it('rounds a part of an epoch up', () => expect(plannedSteps({ ...recipe, epochs: 1.5 }, 32)).toBe(3));
	it('takes chosen steps as they are', () => expect(plannedSteps({ ...recipe, epochs: null, maxSteps: 7 }, 33)).toBe(7));
});

it('explains every field of every objective once, in both languages', () => {
	const fields = new Set(OBJECTIVES.flatMap((objective) => Object.keys(recipeDefaults(objective, { device: 'cpu' }))));
	expect(new Set(fieldHelp.map((help) => help.key))).toEqual(fields);
	expect(fieldHelp).toHaveLength(fields.size);
	for (const help of fieldHelp) expect(help.en.length > 10 && help.zh.length > 5).toBe(true);
});
