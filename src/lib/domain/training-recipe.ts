import * as v from 'valibot';
import { AdvancedSchema } from './recipe/advanced.ts';
import type { Advanced } from './recipe/advanced.ts';
import { OBJECTIVES } from './recipe/field.ts';
import type { Device, Field, Objective, Settings, Tuner } from './recipe/field.ts';
import { HARDWARE_FIELDS } from './recipe/hardware-fields.ts';
import { IMAGE_FIELDS } from './recipe/image-fields.ts';
import { OBJECTIVE_FACTS } from './recipe/objective-facts.ts';
import { OBJECTIVE_FIELDS } from './recipe/objective-fields.ts';
import { SCHEDULE_FIELDS } from './recipe/schedule-fields.ts';
import { devicesPerRow, sharedBy } from './recipe/shared-rows.ts';
import { TRACKER_FIELDS } from './recipe/tracker-fields.ts';
import { ADAPTER_FIELDS, TUNER_FIELDS } from './recipe/tuner-fields.ts';

export { OBJECTIVES } from './recipe/field.ts';
export type { Device, Objective } from './recipe/field.ts';

const SHARED_FIELDS = { ...SCHEDULE_FIELDS, ...TUNER_FIELDS, ...IMAGE_FIELDS, ...HARDWARE_FIELDS, ...TRACKER_FIELDS } as const;

type SchemasOf<T extends Record<string, { schema: v.GenericSchema }>> = { [K in keyof T]: T[K]['schema'] };

function schemasOf<T extends Record<string, { schema: v.GenericSchema }>>(fields: T): SchemasOf<T> {
	return Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, field.schema])) as SchemasOf<T>;
}

function schemaOf<O extends Objective>(objective: O) {
	return v.strictObject({ objective: v.literal(objective), ...schemasOf<(typeof OBJECTIVE_FIELDS)[O]>(OBJECTIVE_FIELDS[objective]), ...schemasOf(SHARED_FIELDS), advanced: AdvancedSchema });
}

/** The schema of each objective's recipe, made from the tables of fields. */
export const RECIPE_SCHEMAS = { dpo: schemaOf('dpo'), kto: schemaOf('kto'), orpo: schemaOf('orpo'), cpo: schemaOf('cpo'), simpo: schemaOf('simpo'), sft: schemaOf('sft'), rm: schemaOf('rm') } as const;

/** How a snapshot is trained: what a person may choose, checked, and nothing that belongs to one machine. */
export const TrainingRecipeSchema = v.variant('objective', [RECIPE_SCHEMAS.dpo, RECIPE_SCHEMAS.kto, RECIPE_SCHEMAS.orpo, RECIPE_SCHEMAS.cpo, RECIPE_SCHEMAS.simpo, RECIPE_SCHEMAS.sft, RECIPE_SCHEMAS.rm]);
export type TrainingRecipe = v.InferOutput<typeof TrainingRecipeSchema>;

type KeysOf<T> = T extends unknown ? keyof T : never;
/** Name of a setting that a table describes. */
export type FieldKey = Exclude<KeysOf<TrainingRecipe>, 'objective' | 'advanced'>;
/** Any part of a recipe that a problem can be about. */
export type RecipeField = FieldKey | 'objective' | 'advanced';

/** A field as readers of the tables see it, whatever type its value has. */
export type AnyField = Omit<Field<unknown>, 'propose' | 'flag'> & { propose: (of: { objective: Objective; device: Device; tuner: Tuner }) => unknown; flag: string | ((value: never, of: never) => Record<string, unknown>) };

/** The fields of an objective's recipe by name, in the order of the form: the loss first, then length and rate, tuner, hardware. */
export function fieldsOf(objective: Objective): [FieldKey, AnyField][] {
	return Object.entries({ ...OBJECTIVE_FIELDS[objective], ...SHARED_FIELDS }) as unknown as [FieldKey, AnyField][];
}

/** A field of an objective's recipe; undefined when that objective has none of this name. */
export function fieldOf(objective: Objective, key: string): AnyField | undefined {
	return fieldsOf(objective).find(([name]) => name === key)?.[1];
}

/** Whether a field means anything in these settings. One that does not is neither asked nor passed on. */
export function applies(field: AnyField, settings: Settings): boolean {
	return field.when === undefined || field.when(settings);
}

/** Fields that say what an adapter is: one that is gone on with keeps them. */
export { ADAPTER_FIELDS } from './recipe/tuner-fields.ts';
export type Adapter = Pick<TrainingRecipe, (typeof ADAPTER_FIELDS)[number]>;

/** The adapter that a recipe makes or goes on with. */
export function adapterOf(recipe: Adapter): Adapter {
	return Object.fromEntries(ADAPTER_FIELDS.map((key) => [key, recipe[key]])) as Adapter;
}

/**
 * The recipe that a run starts from. The CPU one is measured to change what a 135M model writes (DPO with an SFT
 * term, all layers, 1e-3); plain DPO at this rate collapses, so do not drop `rpoAlpha` alone.
 */
export function recipeDefaults<O extends Objective>(objective: O, options: { device: Device; tuner?: Tuner }): Extract<TrainingRecipe, { objective: O }> {
	const of = { objective, device: options.device, tuner: options.tuner ?? 'lora' };
	const proposed = Object.fromEntries(fieldsOf(objective).map(([key, field]) => [key, field.propose(of)]));
	return { objective, ...proposed, tuner: of.tuner, advanced: {} as Advanced } as unknown as Extract<TrainingRecipe, { objective: O }>;
}

/** Settings with some of them changed. Steps and epochs exclude each other: a changed one takes the place of the other. */
export function changedSettings(settings: Settings, changes: Settings): Record<string, unknown> {
	const length = 'maxSteps' in changes || 'epochs' in changes ? { maxSteps: null, epochs: null } : {};
	return { ...settings, ...length, ...changes };
}

/** Arguments that became settings of their own: an earlier version recorded them among the further ones. */
const BECAME_FIELDS = { max_pixels: 'maxPixels', freeze_vit: 'freezeVit', freeze_aligner: 'freezeAligner' } as const;

function withOwnFields(recorded: Settings): Settings {
	const given = Object.entries((recorded['advanced'] as Advanced | undefined) ?? {});
	const fieldFor = (name: string): string | undefined => (BECAME_FIELDS as Readonly<Record<string, string>>)[name];
	const moved = given.flatMap(([name, value]) => (fieldFor(name) === undefined ? [] : [[fieldFor(name), value]]));
	const advanced = Object.fromEntries(given.filter(([name]) => fieldFor(name) === undefined));
	return { ...recorded, ...('advanced' in recorded ? { advanced } : {}), ...(Object.fromEntries(moved) as Settings) };
}

/** A recipe as it was recorded, by this version or by one that had fewer fields: what it did not know was as is proposed on its device. */
export function readRecipe(recorded: Settings): TrainingRecipe {
	const objective = OBJECTIVES.find((one) => one === recorded['objective']) ?? 'dpo';
	const known = Object.fromEntries(Object.entries(recorded).filter(([key]) => key === 'advanced' || fieldOf(objective, key)));
	return { ...recipeDefaults(objective, { device: 'cpu' }), ...withOwnFields(known) } as TrainingRecipe;
}

/** Processes that train together, over all machines. */
export function processesOf({ strategy, gpus, nodes }: Pick<TrainingRecipe, 'strategy' | 'gpus' | 'nodes'>): number {
	return strategy === 'single' ? 1 : gpus * nodes;
}

type Spread = Pick<TrainingRecipe, 'strategy' | 'gpus' | 'nodes' | 'tensorParallel' | 'pipelineParallel'> & Partial<Pick<TrainingRecipe, 'advanced'>>;

/** Copies of the model that read rows of their own: processes, less those that share the rows of one copy. */
export function replicasOf(recipe: Spread): number {
	const sharing = recipe.strategy === 'megatron' ? recipe.tensorParallel * recipe.pipelineParallel : devicesPerRow(recipe.advanced);
	return Math.max(1, Math.floor(processesOf(recipe) / sharing));
}

type Batch = Spread & Pick<TrainingRecipe, 'batchSize' | 'gradientAccumulation'>;

/** Rows of one optimizer step, over all processes. */
export function totalBatch(recipe: Batch): number {
	return recipe.batchSize * recipe.gradientAccumulation * replicasOf(recipe);
}

/** Rows that are left out of a training on KTO: one that would be alone in the last step, where it has no neighbour to be compared with. */
export function ktoRemainder(recipe: Batch & Pick<TrainingRecipe, 'objective'>, rows: number): 0 | 1 {
	return recipe.objective === 'kto' && rows % totalBatch(recipe) === 1 ? 1 : 0;
}

/** Rows that are left out of a training by several copies of the model whose loader gives each as many: it would never draw what is over, in any epoch. Megatron's is another, and where several devices share the tokens of a row another repeats rows. */
export function deviceRemainder(recipe: Batch & Pick<TrainingRecipe, 'objective'>, rows: number): number {
	const otherLoader = recipe.strategy === 'megatron' || sharedBy(recipe.advanced ?? {}, 'sequence_parallel_size') > 1;
	return OBJECTIVE_FACTS[recipe.objective].evenShares && !otherLoader ? rows % replicasOf(recipe) : 0;
}

/** Rows that the engine is not given, and why. */
export type LeftOut = { reason: 'kto_remainder' | 'device_remainder'; rows: number };

/** Rows of a snapshot that a recipe leaves out; none for most. */
export function rowsLeftOut(recipe: Batch & Pick<TrainingRecipe, 'objective'>, rows: number): LeftOut[] {
	const found: LeftOut[] = [{ reason: 'kto_remainder', rows: ktoRemainder(recipe, rows) }, { reason: 'device_remainder', rows: deviceRemainder(recipe, rows) }];
	return found.filter((one) => one.rows > 0);
}

/** Optimizer steps that the engine will run, computed as transformers' trainer does. */
export function plannedSteps(recipe: Batch & Pick<TrainingRecipe, 'objective' | 'maxSteps' | 'epochs'>, rows: number): number {
	if (recipe.maxSteps !== null) return recipe.maxSteps;
	const batches = Math.ceil((rows - ktoRemainder(recipe, rows) - deviceRemainder(recipe, rows)) / (recipe.batchSize * replicasOf(recipe)));
	const stepsPerEpoch = Math.max(Math.ceil(batches / recipe.gradientAccumulation), 1);
	return Math.ceil((recipe.epochs ?? 1) * stepsPerEpoch);
}
