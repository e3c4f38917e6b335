import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as v from 'valibot';
import { OBJECTIVE_FACTS } from './recipe/objective-facts.ts';
import { recipeProblems } from './recipe/recipe-problems.ts';
import { adapterOf, fieldsOf, deviceRemainder, ktoRemainder, OBJECTIVES, plannedSteps, readRecipe, recipeDefaults, rowsLeftOut, totalBatch, TrainingRecipeSchema } from './training-recipe.ts';

const fine = { rows: 200, parent: { kind: 'base' as const } };
const cases = OBJECTIVES.flatMap((objective) => (['cpu', 'gpu'] as const).flatMap((device) => (['lora', 'qlora', 'full'] as const).map((tuner) => ({ objective, device, tuner }))));

describe('recipeDefaults', () => {
	it.each(cases)('$objective on $device with $tuner is valid and has no problems', ({ objective, device, tuner }) => {
		const recipe = recipeDefaults(objective, { device, tuner });
		expect(v.parse(TrainingRecipeSchema, recipe)).toEqual(recipe);
		expect(recipeProblems(recipe, fine)).toEqual([]);
		expect(recipe.tuner).toBe(tuner);
	});

	it('on CPU is the recipe that was measured to change the text', () => {
		expect(recipeDefaults('dpo', { device: 'cpu' })).toMatchObject({
			rpoAlpha: 1, loraRank: 16, loraAlpha: 32, targetModules: 'all-linear', learningRate: 1e-3, batchSize: 2, warmupRatio: 0.05, precision: 'bf16'
		});
	});

	it('moves all weights at a tenth of an adapter’s rate', () => {
		for (const objective of OBJECTIVES) expect(recipeDefaults(objective, { device: 'gpu', tuner: 'full' }).learningRate).toBeCloseTo(recipeDefaults(objective, { device: 'gpu' }).learningRate / 10, 10);
	});
});

describe('TrainingRecipeSchema', () => {
	it('refuses a field of another objective', () => {
		const given = (recipe: object) => v.safeParse(TrainingRecipeSchema, recipe).success;
		expect(given({ ...recipeDefaults('orpo', { device: 'cpu' }), rpoAlpha: 1 })).toBe(false);
		expect(given({ ...recipeDefaults('dpo', { device: 'cpu' }), desirableWeight: 1 })).toBe(false);
		expect(given({ ...recipeDefaults('sft', { device: 'cpu' }), beta: 0.1 })).toBe(false);
	});

	it.each([
		['learningRate', 0], ['batchSize', 1.5], ['loraRank', 0], ['seed', -1], ['learningRate', Number.NaN], ['lossType', 'hinge'], ['labelSmoothing', 0.5], ['tuner', 'bone'], ['precision', 'int8'],
		['targetModules', 'q_proj;v_proj'], ['targetModules', ''], ['advanced', { '--optim': 'x' }], ['advanced', { optim: '../x' }], ['advanced', { optim: '--output_dir' }], ['advanced', { optim: [1] }]
	])('refuses %s = %s', (key, value) => {
		expect(v.safeParse(TrainingRecipeSchema, { ...recipeDefaults('dpo', { device: 'cpu' }), [key]: value }).success).toBe(false);
	});

	it.each(['all-linear', 'attention', 'mlp', 'q_proj,v_proj', 'model.layers.0.self_attn.q_proj'])('takes the layers %s', (targetModules) => {
		expect(v.safeParse(TrainingRecipeSchema, { ...recipeDefaults('dpo', { device: 'cpu' }), targetModules }).success).toBe(true);
	});
});

describe('the tables of fields', () => {
	it('explain every field in both languages, and every choice', () => {
		for (const objective of OBJECTIVES) {
			expect(OBJECTIVE_FACTS[objective].help.en.length > 20 && OBJECTIVE_FACTS[objective].help.zh.length > 8).toBe(true);
			for (const [key, { label, help, choices }] of fieldsOf(objective)) {
				expect([key, label.en.length > 1, label.zh.length > 1, help.en.length > 20, help.zh.length > 8]).toEqual([key, true, true, true, true]);
				for (const words of Object.values(choices ?? {})) expect(words.en !== '' && words.zh !== '').toBe(true);
			}
		}
	});

	it('give only objectives that have a reference model one to choose', () => {
		for (const objective of OBJECTIVES) expect('reference' in recipeDefaults(objective, { device: 'cpu' })).toBe(OBJECTIVE_FACTS[objective].reference);
	});
});

describe('readRecipe', () => {
	it('completes what an earlier version recorded, and forgets what is no field any more', () => {
		const recorded = { objective: 'orpo', loraRank: 4, loraAlpha: 8, targetModules: 'mlp', learningRate: 1e-3, beta: 0.1, maxSteps: 7, epochs: null, batchSize: 2, gradientAccumulation: 1, warmupRatio: 0, maxLength: 128, saveSteps: 7, seed: 1, reference: 'base' };
		const read = readRecipe(recorded);
		expect(v.parse(TrainingRecipeSchema, read)).toMatchObject({ objective: 'orpo', loraRank: 4, maxSteps: 7, epochs: null, tuner: 'lora', loraDropout: 0.05, strategy: 'single', tooLong: 'refuse' });
		expect(read).not.toHaveProperty('reference');
	});
	it('changes nothing in a recipe of today', () => {
		for (const { objective, device, tuner } of cases) expect(readRecipe(recipeDefaults(objective, { device, tuner }))).toEqual(recipeDefaults(objective, { device, tuner }));
	});
});

it('an adapter is what its recipe says, and nothing else of it', () => {
	expect(adapterOf(recipeDefaults('kto', { device: 'cpu' }))).toEqual({ loraRank: 16, loraAlpha: 32, loraDropout: 0.05, targetModules: 'all-linear', rsLora: false, dora: false });
});

describe('plannedSteps', () => {
	const recipe = { ...recipeDefaults('dpo', { device: 'gpu' }), batchSize: 4, gradientAccumulation: 4 };
	it('counts a last, incomplete step', () => expect(plannedSteps({ ...recipe, epochs: 1 }, 33)).toBe(3));
	it('rounds a part of an epoch up', () => expect(plannedSteps({ ...recipe, epochs: 1.5 }, 32)).toBe(3));
	it('takes chosen steps as they are', () => expect(plannedSteps({ ...recipe, epochs: null, maxSteps: 7 }, 33)).toBe(7));
	it('does not count the row that KTO leaves out', () => {
		const kto = { ...recipeDefaults('kto', { device: 'gpu' }), batchSize: 4, gradientAccumulation: 1, epochs: 1 };
		expect([32, 33, 34].map((rows) => [ktoRemainder(kto, rows), plannedSteps(kto, rows)])).toEqual([[0, 8], [1, 8], [0, 9]]);
		expect([ktoRemainder({ ...recipe, objective: 'dpo' }, 33), ktoRemainder({ ...kto, batchSize: 1 }, 33)]).toEqual([0, 0]);
	});
	it('does not count the rows that DPO and SFT leave out on several devices', () => {
		const ddp = { batchSize: 4, gradientAccumulation: 1, epochs: 1, strategy: 'ddp' as const, gpus: 2 };
		const of = (objective: (typeof OBJECTIVES)[number], more = {}) => ({ ...recipeDefaults(objective, { device: 'gpu' }), ...ddp, ...more });
		expect(OBJECTIVES.map((objective) => [objective, deviceRemainder(of(objective), 201), plannedSteps(of(objective), 201)])).toEqual([
			['dpo', 1, 25], ['kto', 0, 25], ['orpo', 0, 26], ['cpo', 0, 26], ['simpo', 0, 26], ['sft', 1, 25], ['rm', 0, 26]
		]);
		expect(rowsLeftOut(of('sft', { gpus: 8, nodes: 2 }), 200)).toEqual([{ reason: 'device_remainder', rows: 8 }]);
		expect(rowsLeftOut(of('kto'), 201)).toEqual([{ reason: 'kto_remainder', rows: 1 }]);
		expect([rowsLeftOut(of('dpo', { strategy: 'single' }), 201), rowsLeftOut(of('dpo', { strategy: 'megatron' }), 201), rowsLeftOut(of('dpo'), 200)]).toEqual([[], [], []]);
		expect([deviceRemainder(of('dpo', { gpus: 6, advanced: { sequence_parallel_size: 2 } }), 200), deviceRemainder(of('dpo', { gpus: 6, strategy: 'zero2', advanced: { deepspeed_autotp_size: 2 } }), 200)]).toEqual([0, 2]);
	});
	it('takes more rows a step on more devices, and as many on devices that share a copy', () => {
		expect(totalBatch({ ...recipe, strategy: 'ddp', gpus: 4, nodes: 2 })).toBe(128);
		expect(totalBatch({ ...recipe, strategy: 'single', gpus: 4, nodes: 2 })).toBe(16);
		expect(totalBatch({ ...recipe, strategy: 'megatron', gpus: 4, nodes: 2, tensorParallel: 2, pipelineParallel: 2 })).toBe(32);
	});
	it('takes fewer rows a step where further arguments have devices share them', () => {
		const ddp = { ...recipe, strategy: 'ddp', gpus: 4, epochs: 1 } as const;
		expect([totalBatch(ddp), totalBatch({ ...ddp, advanced: { sequence_parallel_size: 2 } }), totalBatch({ ...ddp, advanced: { sequence_parallel_size: '4' } })]).toEqual([64, 32, 16]);
		expect(totalBatch({ ...ddp, strategy: 'zero2', advanced: { deepspeed_autotp_size: 2 } })).toBe(32);
		expect(plannedSteps({ ...ddp, advanced: { sequence_parallel_size: 2 } }, 128)).toBe(2 * plannedSteps(ddp, 128));
		expect(totalBatch({ ...ddp, advanced: { sequence_parallel_size: true } })).toBe(64);
	});
	it('sees every row at least as often as was asked', () => {
		fc.assert(
			fc.property(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 4 }), (rows, batchSize, gradientAccumulation, epochs) => {
				const one = { ...recipe, maxSteps: null, epochs, batchSize, gradientAccumulation };
				expect(plannedSteps(one, rows) * totalBatch(one)).toBeGreaterThanOrEqual(rows * epochs);
			})
		);
	});
});

it('what an earlier version recorded among further arguments stands in the settings that they became', () => {
	const recorded = { ...recipeDefaults('dpo', { device: 'gpu' }), advanced: { freeze_vit: false, max_pixels: 200_704, max_grad_norm: 0.5 } };
	const { freezeVit: _, maxPixels: __, freezeAligner: ___, ...older } = recorded;
	expect(readRecipe(older)).toMatchObject({ freezeVit: false, maxPixels: 200_704, freezeAligner: true, advanced: { max_grad_norm: 0.5 } });
	expect(readRecipe(older).advanced).toEqual({ max_grad_norm: 0.5 });
});
