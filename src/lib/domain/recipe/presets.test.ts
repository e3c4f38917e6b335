import * as v from 'valibot';
import { expect, it } from 'vitest';
import { OBJECTIVES, recipeDefaults, TrainingRecipeSchema } from '../training-recipe.ts';
import { PRESETS, presetsFor } from './presets.ts';
import { recipeProblems } from './recipe-problems.ts';

it.each(PRESETS.flatMap(({ key, objectives, settings }) => objectives.map((objective) => ({ key, objective, settings }))))('$key makes a whole $objective recipe that can be trained', ({ objective, settings }) => {
	const recipe = v.parse(TrainingRecipeSchema, { ...recipeDefaults(objective, { device: 'gpu' }), ...settings });
	expect(recipeProblems(recipe, { rows: 200, parent: { kind: 'base' } })).toEqual([]);
});

it('says in both languages why, and gives every objective one', () => {
	for (const { name, why } of PRESETS) expect(Math.min(name.en.length, name.zh.length, why.en.length / 4, why.zh.length / 4)).toBeGreaterThan(3);
	for (const objective of OBJECTIVES) expect(presetsFor(objective).length).toBeGreaterThan(0);
});
