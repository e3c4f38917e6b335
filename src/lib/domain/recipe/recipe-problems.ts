import * as v from 'valibot';
import { rowsOver } from '../memory/token-lengths.ts';
import type { TokenLengths } from '../memory/token-lengths.ts';
import { ADAPTER_FIELDS, plannedSteps, processesOf, readRecipe, totalBatch, TrainingRecipeSchema } from '../training-recipe.ts';
import type { Adapter, Objective, RecipeField, TrainingRecipe } from '../training-recipe.ts';
import { refusedArgument } from './advanced.ts';
import { hardwareProblems, trackerProblems } from './hardware-problems.ts';
import type { Host } from './hardware-problems.ts';
import { OBJECTIVE_FACTS } from './objective-facts.ts';
import { OWNED_ARGUMENTS } from './recipe-flags.ts';
import { devicesPerRow, sharedBy, SHARING_ARGUMENTS } from './shared-rows.ts';

/** What a run starts from. */
export type ParentFacts = {
	kind: 'base' | 'adapter' | 'full';
	/** Its adapter, when it is one: the engine goes on with that one, whatever the recipe says. */
	adapter?: Adapter;
	/** It gives scores instead of text. */
	isReward?: boolean;
};

/**
 * What a run leaves. An adapter that is kept always lies directly on the project's base, so that base and adapter are
 * enough to use it; what began from another model is merged and kept whole.
 */
export function resultKind(recipe: Pick<TrainingRecipe, 'tuner' | 'onParent'>, parent: Pick<ParentFacts, 'kind'>): 'adapter' | 'full' {
	const onBase = parent.kind === 'base' || (parent.kind === 'adapter' && recipe.onParent === 'continue');
	return recipe.tuner !== 'full' && onBase ? 'adapter' : 'full';
}

/**
 * Whether a run must merge its parent's adapter first. A reward model's head is kept in an adapter made for one; one that
 * writes text has no place for it, and the engine cannot go on with it as one that gives scores.
 */
export function mustMerge(objective: Objective, { kind, isReward }: ParentFacts): boolean {
	return kind === 'adapter' && !isReward && !OBJECTIVE_FACTS[objective].generates;
}

/** What a recipe is checked against. */
export type RecipeContext = {
	/** Training rows of the snapshot, in the objective's own unit. */
	rows: number;
	parent: ParentFacts;
	/** The rows' lengths under the model's tokenizer, once they were counted. */
	lengths?: Pick<TokenLengths, 'rows'>;
	/** Rows with images, where the base is known to read text alone. */
	unseen?: number;
	/** The base is known to have experts in place of feed-forward layers. */
	experts?: boolean;
	/** Heads that hold keys and values in the base, once its shape is known. */
	keyValueHeads?: number;
	/** KTO: all rows are desirable, or none is. */
	oneKindOnly?: boolean;
	/** Living workers that could take the run; left out or empty when nothing is known of them. */
	hosts?: readonly Host[];
	/** Machines that one run can have where it shall be placed; null: as many as it wants; left out while that is not known. */
	machines?: number | null;
	/** Whether a living worker that could place the run writes to an MLflow; left out while that is not known. */
	mlflow?: boolean | undefined;
};

export type RecipeProblemCode =
	| 'kto_batch_of_one' | 'kto_one_kind_only' | 'robust_needs_share'
	| 'parent_adapter_differs' | 'reference_is_parent' | 'full_needs_merge' | 'reward_needs_merge' | 'parent_is_reward_model' | 'experts_alone'
	| 'length_missing' | 'length_twice' | 'save_after_end' | 'batch_over_rows' | 'no_rows' | 'rows_too_long' | 'rows_unseen' | 'warmup_is_all'
	| 'advanced_refused' | 'sequence_not_spread' | 'layers_not_spread'
	| 'one_process' | 'needs_gpu' | 'too_few_gpus' | 'engine_lacks' | 'megatron_lacks_objective' | 'megatron_lacks_tuner' | 'megatron_split' | 'megatron_not_started' | 'one_machine' | 'no_mlflow';

/** Why a field cannot be so. `message` is English, for the API; `detail` fills the sentence that a page shows for the code. */
export type RecipeProblem = { field: RecipeField; code: RecipeProblemCode; message: string; detail?: string };

/**
 * Why this recipe cannot work on these rows, field by field; empty when it can. The engine would find the same
 * only after minutes of loading, or never. A KTO remainder of one row is no problem: it is dropped and reported.
 */
export function recipeProblems(recipe: TrainingRecipe, context: RecipeContext): RecipeProblem[] {
	return [...scheduleProblems(recipe, context), ...lossProblems(recipe, context), ...layerProblems(recipe, context), ...parentProblems(recipe, context.parent), ...hardwareProblems(recipe, context.hosts ?? [], context.machines), ...trackerProblems(recipe, context.mlflow), ...advancedProblems(recipe), ...sharingProblems(recipe, context)];
}

function scheduleProblems(recipe: TrainingRecipe, { rows, lengths, unseen = 0 }: RecipeContext): RecipeProblem[] {
	const problems: RecipeProblem[] = [];
	const batch = totalBatch(recipe);
	if (rows < 1) problems.push({ field: 'batchSize', code: 'no_rows', message: 'There are no rows to train on.' });
	else if (batch > rows) problems.push({ field: 'batchSize', code: 'batch_over_rows', message: `One step takes ${batch} rows, there are only ${rows}.` });
	if (recipe.maxSteps === null && recipe.epochs === null) problems.push({ field: 'maxSteps', code: 'length_missing', message: 'Set steps or epochs.' });
	else if (recipe.maxSteps !== null && recipe.epochs !== null) problems.push({ field: 'epochs', code: 'length_twice', message: 'Set steps or epochs, not both.' });
	else if (rows >= 1 && recipe.maxSteps !== null && recipe.saveSteps > plannedSteps(recipe, rows)) {
		// Only a chosen number of steps can contradict itself; with epochs a short run simply saves once, at its end.
		problems.push({ field: 'saveSteps', code: 'save_after_end', message: `The run ends after ${recipe.maxSteps} steps, before the first save at ${recipe.saveSteps}.` });
	}
	const over = lengths && recipe.tooLong === 'refuse' ? rowsOver(lengths, recipe.maxLength) : 0;
	if (over > 0) problems.push({ field: 'maxLength', code: 'rows_too_long', message: `${over} rows are longer than ${recipe.maxLength} tokens: raise maxLength, or set tooLong to left or right to have them cut.`, detail: String(over) });
	if (unseen > 0) problems.push({ field: 'maxPixels', code: 'rows_unseen', message: `${unseen} rows hold images, and the base model reads text only.`, detail: String(unseen) });
	if (recipe.warmupRatio >= 1) problems.push({ field: 'warmupRatio', code: 'warmup_is_all', message: 'The whole run would be warm-up.' });
	return problems;
}

function lossProblems(recipe: TrainingRecipe, { oneKindOnly }: RecipeContext): RecipeProblem[] {
	const problems: RecipeProblem[] = [];
	if (recipe.objective === 'kto') {
		if (totalBatch(recipe) < 2) problems.push({ field: 'batchSize', code: 'kto_batch_of_one', message: 'KTO compares each row with a neighbour: take a batch of at least 2.' });
		if (oneKindOnly) problems.push({ field: 'objective', code: 'kto_one_kind_only', message: 'KTO needs desirable and undesirable rows; all of these are of one kind.' });
	}
	if (recipe.objective === 'dpo' && recipe.lossType === 'robust' && recipe.labelSmoothing === 0) {
		problems.push({ field: 'labelSmoothing', code: 'robust_needs_share', message: 'The robust loss corrects for a share of wrong labels: give one above 0, such as 0.1.' });
	}
	return problems;
}

/** Experts are blocks of parameters and no layers of these names. */
function layerProblems({ tuner, targetModules }: TrainingRecipe, { experts }: RecipeContext): RecipeProblem[] {
	if (!experts || tuner === 'full' || targetModules !== 'mlp') return [];
	return [{ field: 'targetModules', code: 'experts_alone', message: 'The base model has experts in place of feed-forward layers, and adapters are put on none of them: choose all layers or the attention layers.' }];
}

/** A parent's adapter is gone on with as it is, or merged into the weights; all weights can only learn from whole ones. */
function parentProblems(recipe: TrainingRecipe, parent: ParentFacts): RecipeProblem[] {
	if (parent.isReward && OBJECTIVE_FACTS[recipe.objective].generates) {
		return [{ field: 'objective', code: 'parent_is_reward_model', message: 'The parent is a reward model and writes no text: choose another parent.' }];
	}
	// The engine switches the adapter off to have the reference, and what lies below it then is the parent.
	const onWhole = parent.kind === 'full' || (parent.kind === 'adapter' && recipe.onParent === 'merge');
	if (onWhole && recipe.tuner !== 'full' && 'reference' in recipe && recipe.reference === 'base') {
		return [{ field: 'reference', code: 'reference_is_parent', message: 'An adapter on a whole or merged parent can only be held to that parent: set reference to parent.' }];
	}
	if (recipe.onParent === 'merge') return [];
	if (mustMerge(recipe.objective, parent)) {
		return [{ field: 'onParent', code: 'reward_needs_merge', message: 'The parent’s adapter writes text and has no place for a reward model’s scores: set onParent to merge.' }];
	}
	if (!parent.adapter) return [];
	if (recipe.tuner === 'full') return [{ field: 'onParent', code: 'full_needs_merge', message: 'All weights can learn only once the parent’s adapter is merged into them: set onParent to merge.' }];
	const { adapter } = parent;
	return ADAPTER_FIELDS.filter((field) => adapter[field] !== recipe[field]).map((field) => ({
		field,
		code: 'parent_adapter_differs' as const,
		message: `The parent’s adapter has ${field} ${String(adapter[field])}; a run that goes on with it keeps that, or set onParent to merge.`,
		detail: String(adapter[field])
	}));
}

/** What spreads a row over several devices and cannot. The engine would find it after loading, or count steps that nobody makes. */
function sharingProblems(recipe: TrainingRecipe, { keyValueHeads }: Pick<RecipeContext, 'keyValueHeads'>): RecipeProblem[] {
	const processes = processesOf(recipe);
	const why: Record<(typeof SHARING_ARGUMENTS)[number], (size: number) => string | null> = {
		sequence_parallel_size: (size) => {
			if (recipe.objective !== 'dpo' && recipe.objective !== 'sft') return 'of these objectives the engine spreads the rows of DPO and SFT alone over several devices.';
			if (recipe.strategy === 'megatron') return 'for Megatron, set tensorParallel instead.';
			// What does not divide the heads is left to ring attention, which wants rows packed without padding.
			if (keyValueHeads !== undefined && keyValueHeads % size !== 0) return `the base model’s ${keyValueHeads} key-value heads are not divisible by ${size}.`;
			return devicesPerRow(recipe.advanced) === size ? null : 'it does not go together with deepspeed_autotp_size.';
		},
		deepspeed_autotp_size: () => (recipe.tuner === 'full' && recipe.strategy === 'zero2' ? null : 'it is for all weights under ZeRO 2: set tuner to full and strategy to zero2.')
	};
	return SHARING_ARGUMENTS.flatMap((name): RecipeProblem[] => {
		const size = sharedBy(recipe.advanced, name);
		if (size === 1) return [];
		const message = Number.isNaN(size) ? 'it must be a whole number from 1.' : (why[name](size) ?? (processes % size === 0 ? null : `the run’s ${processes} devices are not divisible by ${size}.`));
		return message === null ? [] : [{ field: 'advanced', code: name === 'sequence_parallel_size' ? 'sequence_not_spread' : 'layers_not_spread', message: `${name}: ${message}` }];
	});
}

function advancedProblems(recipe: TrainingRecipe): RecipeProblem[] {
	return Object.keys(recipe.advanced).flatMap((name): RecipeProblem[] => {
		const why = refusedArgument(name, OWNED_ARGUMENTS);
		return why === null ? [] : [{ field: 'advanced', code: 'advanced_refused', message: `${name} ${why}.`, detail: name }];
	});
}

/**
 * Why a recipe as it is recorded is none that a run could have been started with, by this version or an earlier one; null
 * when it is one. Whether rows, parent and hosts allow it is another question.
 */
export function unfitRecord(recorded: unknown, objective: string): string | null {
	if (!v.is(v.looseObject({ objective: v.literal(objective), advanced: v.optional(v.looseObject({})) }), recorded)) return `objective: must be ${objective}`;
	const parsed = v.safeParse(TrainingRecipeSchema, readRecipe(recorded));
	if (!parsed.success) return `${v.getDotPath(parsed.issues[0]) ?? 'recipe'}: ${parsed.issues[0].message}`;
	return advancedProblems(parsed.output)[0]?.message ?? null;
}
