import { describe, expect, it } from 'vitest';
import { adapterOf, OBJECTIVES, recipeDefaults } from '../training-recipe.ts';
import type { TrainingRecipe } from '../training-recipe.ts';
import type { Host } from './hardware-problems.ts';
import { recipeProblems, resultKind, unfitRecord } from './recipe-problems.ts';
import type { RecipeContext } from './recipe-problems.ts';

const fine: RecipeContext = { rows: 200, parent: { kind: 'base' } };
const codes = (recipe: TrainingRecipe, context: Partial<RecipeContext> = {}) => recipeProblems(recipe, { ...fine, ...context }).map(({ field, code }) => `${field}: ${code}`);
const dpo = recipeDefaults('dpo', { device: 'cpu' });
const kto = recipeDefaults('kto', { device: 'cpu' });
const orpo = recipeDefaults('orpo', { device: 'gpu' });

describe('rows and length', () => {
	it('KTO with a total batch of one', () => {
		expect(codes({ ...kto, batchSize: 1 })).toEqual(['batchSize: kto_batch_of_one']);
		expect(codes({ ...kto, batchSize: 1, gradientAccumulation: 2 })).toEqual([]);
		expect(codes({ ...kto, batchSize: 1, strategy: 'ddp', gpus: 2 })).toEqual([]);
	});
	it('KTO whose remainder is one row is possible', () => expect(codes(kto, { rows: 201 })).toEqual([]));
	it('KTO with one kind of row', () => expect(codes(kto, { oneKindOnly: true })).toEqual(['objective: kto_one_kind_only']));
	it('saves after the end', () => expect(codes({ ...dpo, maxSteps: 10, saveSteps: 11 })).toEqual(['saveSteps: save_after_end']));
	it('a batch larger than the data', () => expect(codes({ ...dpo, batchSize: 8 }, { rows: 7 })).toEqual(['batchSize: batch_over_rows']));
	it('no rows', () => expect(codes(dpo, { rows: 0 })).toEqual(['batchSize: no_rows']));
	it('no length and two lengths', () => {
		expect(codes({ ...dpo, maxSteps: null })).toEqual(['maxSteps: length_missing']);
		expect(codes({ ...dpo, epochs: 1 })).toEqual(['epochs: length_twice']);
	});
	it('rows that are too long, once they were counted, unless they are to be cut', () => {
		const lengths = { rows: { '100': 9, '600': 2 } };
		expect(codes(dpo, { lengths })).toEqual(['maxLength: rows_too_long']);
		expect(codes({ ...dpo, maxLength: 600 }, { lengths })).toEqual([]);
		expect(codes({ ...dpo, tooLong: 'right' }, { lengths })).toEqual([]);
	});
	it('rows with images on a base that reads text only', () => {
		expect(codes(dpo, { unseen: 3 })).toEqual(['maxPixels: rows_unseen']);
		expect(codes(dpo, { unseen: 0 })).toEqual([]);
	});
	it('layers that a base with experts has not', () => {
		expect(codes({ ...dpo, targetModules: 'mlp' }, { experts: true })).toEqual(['targetModules: experts_alone']);
		expect([codes({ ...dpo, targetModules: 'mlp' }, { experts: false }), codes(dpo, { experts: true }), codes({ ...dpo, targetModules: 'mlp', tuner: 'full' }, { experts: true })]).toEqual([[], [], []]);
	});
	it('a run that is warm-up only', () => expect(codes({ ...dpo, warmupRatio: 1 })).toEqual(['warmupRatio: warmup_is_all']));
	it('a robust loss that trusts every label', () => {
		expect(codes({ ...dpo, lossType: 'robust' })).toEqual(['labelSmoothing: robust_needs_share']);
		expect(codes({ ...dpo, lossType: 'robust', labelSmoothing: 0.1 })).toEqual([]);
	});
});

describe('the parent', () => {
	const parent = { kind: 'adapter' as const, adapter: adapterOf(dpo) };
	it('its adapter is kept whole, or merged first', () => {
		expect(codes(dpo, { parent })).toEqual([]);
		expect(codes({ ...dpo, loraRank: 8, targetModules: 'q_proj,v_proj' }, { parent })).toEqual(['loraRank: parent_adapter_differs', 'targetModules: parent_adapter_differs']);
		expect(codes({ ...dpo, loraRank: 8, targetModules: 'q_proj,v_proj', onParent: 'merge' }, { parent })).toEqual([]);
	});
	it('all weights learn only from whole ones', () => {
		expect(codes({ ...dpo, tuner: 'full' }, { parent })).toEqual(['onParent: full_needs_merge']);
		expect(codes({ ...dpo, tuner: 'full', onParent: 'merge' }, { parent })).toEqual([]);
	});
	it('an adapter on a whole parent is held to that parent', () => {
		expect(codes({ ...dpo, reference: 'base' }, { parent: { kind: 'full' } })).toEqual(['reference: reference_is_parent']);
		expect(codes({ ...dpo, reference: 'base', onParent: 'merge' }, { parent })).toEqual(['reference: reference_is_parent']);
		expect(codes({ ...dpo, reference: 'base', tuner: 'full' }, { parent: { kind: 'full' } })).toEqual([]);
		expect(codes(recipeDefaults('sft', { device: 'cpu' }), { parent: { kind: 'full' } })).toEqual([]);
	});
	it('a reward model trains nothing that writes', () => {
		expect(codes(dpo, { parent: { kind: 'adapter', isReward: true } })).toEqual(['objective: parent_is_reward_model']);
	});
	it('a reward model merges an adapter that writes text, and goes on with another reward model’s', () => {
		const rm = recipeDefaults('rm', { device: 'cpu' });
		const text = { kind: 'adapter' as const, adapter: adapterOf(rm) };
		expect(codes(rm, { parent: text })).toEqual(['onParent: reward_needs_merge']);
		expect(codes(rm, { parent: { kind: 'adapter' } })).toEqual(['onParent: reward_needs_merge']);
		expect(codes({ ...rm, onParent: 'merge' }, { parent: text })).toEqual([]);
		expect(codes(rm, { parent: { ...text, isReward: true } })).toEqual([]);
		expect([codes(rm), codes(rm, { parent: { kind: 'full' } })]).toEqual([[], []]);
	});
	it('leaves an adapter only where that lies on the base', () => {
		expect(resultKind(dpo, { kind: 'base' })).toBe('adapter');
		expect(resultKind(dpo, { kind: 'adapter' })).toBe('adapter');
		expect(resultKind({ ...dpo, onParent: 'merge' }, { kind: 'adapter' })).toBe('full');
		expect(resultKind(dpo, { kind: 'full' })).toBe('full');
		expect(resultKind({ ...dpo, tuner: 'full' }, { kind: 'base' })).toBe('full');
	});
});

describe('hardware', () => {
	const cpu: Host = { gpus: [], cpus: 4, versions: {} };
	const gpu: Host = { gpus: [1, 2].map(() => ({ name: 'A10', memoryBytes: 24e9 })), cpus: 16, versions: { bitsandbytes: '0.49.0' } };
	const on = (recipe: TrainingRecipe, ...hosts: Host[]) => codes(recipe, { hosts });

	it('GPU-only settings on hosts without one', () => {
		expect(on({ ...orpo, precision: 'fp16' }, cpu)).toEqual(['precision: needs_gpu']);
		expect(on({ ...orpo, strategy: 'fsdp2', gpus: 2 }, cpu)).toEqual(['strategy: needs_gpu']);
		expect(on({ ...orpo, strategy: 'fsdp2', gpus: 2 }, cpu, gpu)).toEqual([]);
		expect(on({ ...orpo, strategy: 'fsdp2', gpus: 2 })).toEqual([]);
	});
	it('processes on CPU, as many as it has', () => {
		expect(on({ ...dpo, strategy: 'ddp', gpus: 2 }, cpu)).toEqual([]);
		expect(on({ ...dpo, strategy: 'ddp', gpus: 8 }, cpu, gpu)).toEqual(['gpus: too_few_gpus']);
	});
	it('a package that no engine has', () => {
		expect(on({ ...dpo, tuner: 'qlora' }, cpu)).toEqual(['tuner: engine_lacks']);
		expect(on({ ...dpo, tuner: 'qlora' }, cpu, gpu)).toEqual([]);
		expect(on({ ...orpo, strategy: 'zero3', gpus: 2 }, gpu)).toEqual(['strategy: engine_lacks']);
		const liger = { ...dpo, advanced: { use_liger_kernel: true } };
		expect([on(liger, gpu), on(liger, { ...gpu, versions: { 'liger-kernel': '0.7.0' } }), on({ ...liger, advanced: { use_liger_kernel: false } }, gpu)]).toEqual([['advanced: engine_lacks'], [], []]);
		// A second model spread by FSDP2: not an adapter's, which is switched off for it, and not ORPO's, which has none.
		const fsdp2 = { tuner: 'full', strategy: 'fsdp2', gpus: 2 } as const;
		expect([on({ ...dpo, ...fsdp2 }, gpu), on({ ...dpo, ...fsdp2 }, { ...gpu, versions: { msgspec: '0.23.0' } }), on({ ...dpo, ...fsdp2, tuner: 'lora' }, gpu), on({ ...orpo, ...fsdp2 }, gpu)]).toEqual([['strategy: engine_lacks'], [], [], []]);
	});
	it('an MLflow that nobody writes to', () => {
		expect(codes({ ...dpo, tracker: 'mlflow' }, { mlflow: false })).toEqual(['tracker: no_mlflow']);
		expect([codes({ ...dpo, tracker: 'mlflow' }, { mlflow: true }), codes({ ...dpo, tracker: 'mlflow' }), codes({ ...dpo, tracker: 'tensorboard' }, { mlflow: false })]).toEqual([[], [], []]);
	});
	it('several devices that are one', () => expect(codes({ ...orpo, strategy: 'ddp', gpus: 1 })).toEqual(['gpus: one_process']));
	it('what Megatron lacks, and groups that do not come out', () => {
		const megatron = { strategy: 'megatron', gpus: 4 } as const;
		expect(codes({ ...dpo, ...megatron, tensorParallel: 2 })).toEqual([]);
		expect(codes({ ...orpo, ...megatron })).toEqual(['strategy: megatron_lacks_objective']);
		expect(codes({ ...dpo, ...megatron, tuner: 'qlora' })).toEqual(['tuner: megatron_lacks_tuner']);
		expect(codes({ ...dpo, ...megatron, tensorParallel: 3 })).toEqual(['tensorParallel: megatron_split']);
		expect(on({ ...dpo, ...megatron, gpus: 2 }, gpu)).toEqual(['strategy: megatron_not_started']);
	});
});

it('says which further argument cannot spread rows over devices, and why', () => {
	const ddp = { strategy: 'ddp', gpus: 4 } as const;
	const says = (recipe: TrainingRecipe, context: Partial<RecipeContext> = {}) => recipeProblems(recipe, { ...fine, ...context }).map(({ code, message }) => [code, message]);
	const sequence = (size: string | number | boolean, more: object = ddp, of: TrainingRecipe = dpo) => ({ ...of, ...more, advanced: { sequence_parallel_size: size } }) as TrainingRecipe;
	const refused = (why: string) => [['sequence_not_spread', `sequence_parallel_size: ${why}`]];
	expect(says(sequence(2), { keyValueHeads: 8 })).toEqual([]);
	expect(says(sequence(1, {}, orpo))).toEqual([]);
	expect(says(sequence(2, ddp, orpo))).toEqual(refused('of these objectives the engine spreads the rows of DPO and SFT alone over several devices.'));
	expect(says(sequence(3))).toEqual(refused('the run’s 4 devices are not divisible by 3.'));
	expect(says(sequence(2, {}))).toEqual(refused('the run’s 1 devices are not divisible by 2.'));
	expect(says(sequence(4), { keyValueHeads: 2 })).toEqual(refused('the base model’s 2 key-value heads are not divisible by 4.'));
	for (const size of [0, 1.5, 'two', true]) expect(says(sequence(size))).toEqual(refused('it must be a whole number from 1.'));
	const layers = (more: object) => says({ ...orpo, gpus: 4, advanced: { deepspeed_autotp_size: 2 }, ...more } as TrainingRecipe);
	const apart = [['layers_not_spread', 'deepspeed_autotp_size: it is for all weights under ZeRO 2: set tuner to full and strategy to zero2.']];
	expect([layers({ tuner: 'full', strategy: 'zero2' }), layers({ tuner: 'full', strategy: 'ddp' }), layers({ tuner: 'lora', strategy: 'zero2' }), layers({ tuner: 'full', strategy: 'zero3' })]).toEqual([[], apart, apart, apart]);
	expect(says({ ...dpo, tuner: 'full', strategy: 'zero2', gpus: 4, advanced: { deepspeed_autotp_size: 2, sequence_parallel_size: 2 } })).toEqual(refused('it does not go together with deepspeed_autotp_size.'));
});

it('says which further argument is refused and why', () => {
	const problems = recipeProblems({ ...dpo, advanced: { max_grad_norm: 0.5, output_dir: 'x', lora_rank: 3, callbacks: 'x', report_to: 'wandb', no_such_thing: 1, output_di: 'x' } }, fine);
	expect(problems.map(({ message }) => message)).toEqual([
		'output_dir names files or models, which the record decides.',
		'lora_rank is the setting loraRank: set that.',
		'callbacks would load other program code into the engine.',
		'report_to is the setting tracker: set that.',
		'no_such_thing is no argument of ms-swift 4.6 for these objectives, or one that another method of training needs.',
		'output_di is no argument of ms-swift 4.6 for these objectives, or one that another method of training needs.'
	]);
});

describe('a recipe as it is recorded', () => {
	it('is one of any objective, also of a version that had fewer fields or took an argument that is a setting now', () => {
		for (const objective of OBJECTIVES) expect(unfitRecord(JSON.parse(JSON.stringify(recipeDefaults(objective, { device: 'gpu' }))), objective)).toBeNull();
		expect(unfitRecord({ objective: 'dpo', maxSteps: 10, beta: 0.1, ofAnOlderVersion: 1 }, 'dpo')).toBeNull();
		expect(unfitRecord({ ...dpo, advanced: { max_pixels: 50_176, max_grad_norm: 0.5 } }, 'dpo')).toBeNull();
	});

	it.each([
		[{ ...dpo, advanced: { external_plugins: 'evil' } }, /external_plugins would load other program code/u],
		[{ ...dpo, advanced: { optim: '--external_plugins' } }, /advanced/u],
		[{ ...dpo, advanced: { learning_rate: 1 } }, /learning_rate is the setting/u],
		[{ ...dpo, batchSize: '1 --x' }, /batchSize/u],
		[{ ...dpo, objective: 'none' }, /objective/u],
		[kto, /objective/u],
		['dpo', /objective/u],
		[null, /objective/u]
	])('is none: %j', (recorded, why) => {
		expect(unfitRecord(recorded, 'dpo')).toMatch(why);
	});
});
