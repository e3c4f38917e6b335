import * as v from 'valibot';
import { applies, fieldsOf } from '../training-recipe.ts';
import type { TrainingRecipe } from '../training-recipe.ts';
import { AdvancedSchema, refusedArgument } from './advanced.ts';
import type { Advanced } from './advanced.ts';
import { OBJECTIVES } from './field.ts';
import type { Device, Flags, FlagsFor } from './field.ts';

/** Which of the engine's two programs trains a recipe. */
export function engineOf(recipe: Pick<TrainingRecipe, 'strategy'>): FlagsFor['engine'] {
	return recipe.strategy === 'megatron' ? 'megatron' : 'swift';
}

/**
 * What a recipe's fields are as arguments of the engine, then what an engineer added. Paths are not among them: they are one machine's.
 * @throws Error for an added argument that no run is started with: it could name program code, whoever recorded it
 */
export function recipeFlags(recipe: TrainingRecipe, device: Device): Flags {
	const of: FlagsFor = { engine: engineOf(recipe), device, settings: recipe };
	const flags: Flags = {};
	for (const [key, field] of fieldsOf(recipe.objective)) {
		if (!applies(field, recipe)) continue;
		const value = (recipe as unknown as Record<string, unknown>)[key];
		const name = of.engine === 'megatron' && field.megatron !== undefined ? field.megatron : field.flag;
		if (name === null) continue;
		Object.assign(flags, typeof name === 'string' ? { [name]: value } : (name as (value: unknown, of: FlagsFor) => Flags)(value, of));
	}
	// The trainer's own length is the one that was chosen, not the greater of the two.
	if (recipe.maxSteps !== null) delete flags['num_train_epochs'];
	return { ...flags, ...held(recipe.advanced) };
}

/** Arguments that a field makes of its value under other names than its own. */
const MADE: readonly (readonly [string, string])[] = [
	...['tuner_type', 'quant_method', 'quant_bits', 'bnb_4bit_compute_dtype', 'bnb_4bit_quant_type', 'bnb_4bit_quant_storage', 'bnb_4bit_use_double_quant'].map((name) => [name, 'tuner'] as const),
	...['target_modules', 'target_regex'].map((name) => [name, 'targetModules'] as const),
	...['torch_dtype', 'fp16', 'bf16', 'use_cpu'].map((name) => [name, 'precision'] as const),
	['truncation_strategy', 'tooLong'],
	['report_to', 'tracker'],
	['gradient_accumulation_steps', 'gradientAccumulation'],
	['gradient_checkpointing', 'gradientCheckpointing'],
	['deepspeed', 'strategy'],
	['fsdp', 'strategy'],
	['rlhf_type', 'objective']
];

/** Arguments that the schema gives, each with its setting: those cannot be added by name beside it. */
export const OWNED_ARGUMENTS: ReadonlyMap<string, string> = new Map([
	...OBJECTIVES.flatMap((objective) => fieldsOf(objective).flatMap(([key, { flag }]) => (typeof flag === 'string' ? [[flag, key] as const] : []))),
	...MADE
]);

/** The same arguments, held to the rule by which they were taken. */
function held(advanced: Advanced): Advanced {
	const refused = Object.keys(advanced).find((name) => refusedArgument(name, OWNED_ARGUMENTS) !== null);
	if (refused !== undefined || !v.is(AdvancedSchema, advanced)) throw new Error(`a recipe with an argument that is not passed on: ${refused ?? 'a value that is none'}`);
	return advanced;
}
