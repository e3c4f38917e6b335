import * as v from 'valibot';
import { fieldHelp, recipeProblems, TARGET_MODULES, TrainingRecipeSchema } from '#lib/domain/training-recipe.ts';
import type { Objective, RecipeContext, RecipeField, RecipeProblem, TrainingRecipe } from '#lib/domain/training-recipe.ts';

/** A field that a person fills in; the objective is the snapshot's. */
export type FormField = Exclude<RecipeField, 'objective'>;
/** What stands in the form, as typed. `length` says which of steps and epochs counts. */
export type FormValues = Partial<Record<FormField, string>> & { length: 'steps' | 'epochs' };

/** What is wrong with a field, as a code for its sentence. */
export type Issue = { field: FormField; code: RecipeProblem['code'] | 'missing' | 'not_a_number' | 'not_whole' | 'too_small' | 'too_large' | 'not_offered'; limit?: number };

const NUMERIC: readonly FormField[] = ['beta', 'rpoAlpha', 'desirableWeight', 'undesirableWeight', 'learningRate', 'maxSteps', 'epochs', 'batchSize', 'gradientAccumulation', 'warmupRatio', 'maxLength', 'loraRank', 'loraAlpha', 'saveSteps', 'seed'];
const ONLY: Partial<Record<FormField, Objective>> = { rpoAlpha: 'dpo', desirableWeight: 'kto', undesirableWeight: 'kto' };

/** What decides the result most, above the fold; the length is asked before these. */
export const MAIN_FIELDS: readonly FormField[] = ['learningRate', 'beta', 'batchSize', 'gradientAccumulation'];
/** The rest, in the order of a run: what is learned, from which rows, how it is kept. */
export const MORE_FIELDS: readonly FormField[] = ['reference', 'rpoAlpha', 'desirableWeight', 'undesirableWeight', 'warmupRatio', 'maxLength', 'loraRank', 'loraAlpha', 'targetModules', 'saveSteps', 'seed'];
/** Fields with a fixed choice of words. */
export const CHOICES: Partial<Record<FormField, readonly string[]>> = { reference: ['base', 'parent'], targetModules: TARGET_MODULES };

/** Whether an objective has this field. ORPO trains without a reference model, so it is not asked. */
export function applies(field: FormField, objective: Objective): boolean {
	if (field === 'reference') return objective !== 'orpo';
	return ONLY[field] === undefined || ONLY[field] === objective;
}

/** One sentence on what a field does, in the reader's language. */
export function helpOf(field: RecipeField, locale: 'en' | 'zh'): string {
	return fieldHelp.find(({ key }) => key === field)?.[locale] ?? '';
}

/** A recipe as the form shows it. The length that does not count gets a starting value for whoever switches to it. */
export function toForm(recipe: TrainingRecipe): FormValues {
	const values: FormValues = { length: recipe.maxSteps === null ? 'epochs' : 'steps' };
	for (const [key, value] of Object.entries(recipe)) if (key !== 'objective') values[key as FormField] = value === null ? '' : String(value);
	values.maxSteps ||= '100';
	values.epochs ||= '1';
	return values;
}

/** Reads what a browser sent. */
export function readForm(data: { get(name: string): unknown }): FormValues {
	const values: FormValues = { length: data.get('length') === 'epochs' ? 'epochs' : 'steps' };
	for (const { key } of fieldHelp) {
		const value = data.get(key);
		if (key !== 'objective' && typeof value === 'string') values[key] = value;
	}
	return values;
}

/** The recipe that a form asks for; what cannot be read as a number stays as typed and is refused by the schema. */
export function recipeOf(values: FormValues, objective: Objective): Record<string, unknown> {
	const recipe: Record<string, unknown> = { objective };
	for (const { key } of fieldHelp) {
		if (key === 'objective' || !applies(key, objective)) continue;
		const text = (values[key] ?? '').trim();
		if (!NUMERIC.includes(key)) recipe[key] = text;
		else if (text === '' && key === 'rpoAlpha') recipe[key] = null;
		else recipe[key] = text === '' || !Number.isFinite(Number(text)) ? text : Number(text);
	}
	if (objective === 'orpo') recipe['reference'] = 'base';
	recipe[values.length === 'steps' ? 'epochs' : 'maxSteps'] = null;
	return recipe;
}

function issueOf(issue: v.BaseIssue<unknown>): Issue {
	const field = (issue.path?.[0]?.key ?? 'maxSteps') as FormField;
	const limit = typeof issue.requirement === 'number' ? { limit: issue.requirement } : {};
	if (issue.type === 'min_value') return { field, code: 'too_small', ...limit };
	if (issue.type === 'max_value') return { field, code: 'too_large', ...limit };
	if (issue.type === 'integer') return { field, code: 'not_whole' };
	if (issue.type === 'picklist') return { field, code: 'not_offered' };
	return { field, code: issue.input === '' || issue.input === undefined ? 'missing' : 'not_a_number' };
}

/** Everything that is wrong with a form on these rows, in the form's order; with the recipe when its fields can be read. */
export function checkForm(values: FormValues, objective: Objective, context: RecipeContext): { recipe: TrainingRecipe | null; issues: Issue[] } {
	const parsed = v.safeParse(TrainingRecipeSchema, recipeOf(values, objective));
	if (!parsed.success) {
		const issues = parsed.issues.map(issueOf);
		// One sentence a field: what is no number is also below every limit.
		return { recipe: null, issues: issues.filter((issue, index) => issues.findIndex(({ field }) => field === issue.field) === index) };
	}
	const issues = recipeProblems(parsed.output, context).map(({ field, code }): Issue => ({ field: field === 'objective' ? 'batchSize' : field, code }));
	return { recipe: parsed.output, issues };
}
