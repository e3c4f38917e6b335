import { recipeDefaults } from '#lib/domain/training-recipe.ts';
import type { Device, Objective, TrainingRecipe } from '#lib/domain/training-recipe.ts';
import { OBJECTIVES, TUNERS } from '#lib/domain/recipe/field.ts';
import { PRESETS } from '#lib/domain/recipe/presets.ts';

/** A recipe to be parsed, and whether its arguments can also be built here, with all the checks of the engine. */
export type Case = { name: string; recipe: TrainingRecipe; device: Device; build: boolean };

const defaults = (objective: Objective, device: Device, over: object): TrainingRecipe => ({ ...recipeDefaults(objective, { device }), ...over }) as TrainingRecipe;

/** Settings of the losses beside their defaults. */
const LOSSES: readonly [Objective, object][] = [
	['dpo', { lossType: 'ipo', rpoAlpha: null }],
	['dpo', { lossType: 'robust', labelSmoothing: 0.1 }],
	['kto', { desirableWeight: 1.3, undesirableWeight: 0.7 }],
	['simpo', { simpoGamma: 1.5, cpoAlpha: 0 }],
	['rm', { centerRewards: null }]
];

const ADAPTERS: readonly object[] = [{ targetModules: 'attention' }, { targetModules: 'mlp', rsLora: true }, { targetModules: 'q_proj,v_proj', loraRank: 64 }, { dora: true, loraDropout: 0 }];
const STRATEGIES = ['ddp', 'fsdp2', 'zero2', 'zero3', 'zero3_offload'] as const;

/**
 * Every objective with every tuner, and with every strategy; every loss and every shape of adapter. Arguments are built
 * where the engine can on this machine: 4 bits, DeepSpeed and FSDP2 need packages or devices that it has not.
 */
export function representative(): Case[] {
	const cases: Case[] = [];
	for (const objective of OBJECTIVES) {
		for (const tuner of TUNERS) {
			cases.push({ name: `${objective} ${tuner} cpu`, recipe: defaults(objective, 'cpu', { tuner }), device: 'cpu', build: tuner !== 'qlora' });
			cases.push({ name: `${objective} ${tuner} gpu`, recipe: defaults(objective, 'gpu', { tuner }), device: 'gpu', build: false });
			for (const strategy of STRATEGIES) cases.push({ name: `${objective} ${tuner} ${strategy}`, recipe: defaults(objective, 'gpu', { tuner, strategy, gpus: 2, nodes: 2 }), device: 'gpu', build: false });
		}
	}
	LOSSES.forEach(([objective, over]) => cases.push({ name: `${objective} ${JSON.stringify(over)}`, recipe: defaults(objective, 'cpu', over), device: 'cpu', build: true }));
	ADAPTERS.forEach((over) => cases.push({ name: `adapter ${JSON.stringify(over)}`, recipe: defaults('dpo', 'cpu', over), device: 'cpu', build: true }));
	cases.push({ name: 'cpu images', recipe: defaults('dpo', 'cpu', { maxPixels: 200_704, freezeVit: false, freezeAligner: false }), device: 'cpu', build: true });
	for (const precision of ['bf16', 'fp32'] as const) cases.push({ name: `cpu ${precision}`, recipe: defaults('dpo', 'cpu', { precision }), device: 'cpu', build: true });
	for (const tracker of ['tensorboard', 'mlflow'] as const) cases.push({ name: `cpu ${tracker}`, recipe: defaults('dpo', 'cpu', { tracker }), device: 'cpu', build: true });
	cases.push({ name: 'gpu fp16', recipe: defaults('dpo', 'gpu', { precision: 'fp16', gradientCheckpointing: 'off', tooLong: 'right', epochs: 2.5 }), device: 'gpu', build: false });
	for (const { key, objectives, settings } of PRESETS) for (const objective of objectives) cases.push({ name: `preset ${key} ${objective}`, recipe: defaults(objective, 'gpu', settings), device: 'gpu', build: false });
	return cases;
}

/** What Megatron is asked for: its own parser needs a package with CUDA, so its names are checked against its source. */
export function megatronCases(): Case[] {
	return (['dpo', 'kto', 'rm', 'sft'] as const).flatMap((objective) =>
		(['lora', 'full'] as const).map((tuner) => ({ name: `megatron ${objective} ${tuner}`, recipe: defaults(objective, 'gpu', { tuner, strategy: 'megatron', gpus: 8, tensorParallel: 2, pipelineParallel: 2 }), device: 'gpu' as const, build: false }))
	);
}
