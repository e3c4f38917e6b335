import * as v from 'valibot';
import { advancedText, parseAdvanced } from '#lib/domain/recipe/advanced.ts';
import type { Part, Settings } from '#lib/domain/recipe/field.ts';
import { OBJECTIVE_FACTS } from '#lib/domain/recipe/objective-facts.ts';
import { recipeProblems } from '#lib/domain/recipe/recipe-problems.ts';
import type { RecipeContext, RecipeProblemCode } from '#lib/domain/recipe/recipe-problems.ts';
import { applies, fieldOf, fieldsOf, TrainingRecipeSchema } from '#lib/domain/training-recipe.ts';
import type { FieldKey, Objective, TrainingRecipe } from '#lib/domain/training-recipe.ts';
import type { RunPreparation } from '#lib/server/usecases/prepare-run.ts';

/** A setting that a person fills in; the objective is the snapshot's. */
export type FormField = FieldKey | 'advanced';
/** What stands in the form, as typed. `length` says which of steps and epochs counts. */
export type FormValues = Partial<Record<FormField, string>> & { length: 'steps' | 'epochs' };

/** What is wrong with a field, as a code for its sentence. */
export type Issue = { field: FormField; code: RecipeProblemCode | 'missing' | 'not_a_number' | 'not_whole' | 'too_small' | 'too_large' | 'not_offered'; limit?: number; detail?: string };

type Locale = 'en' | 'zh';

/** Name of a setting, in the reader's language. */
export function labelOf(objective: Objective, field: FormField, locale: Locale): string {
	if (field === 'advanced') return { en: 'Further arguments of the engine', zh: '引擎的其他参数' }[locale];
	return fieldOf(objective, field)?.label[locale] ?? field;
}

/** One sentence on what a setting does, in the reader's language. */
export function helpOf(objective: Objective, field: FieldKey, locale: Locale): string {
	return fieldOf(objective, field)?.help[locale] ?? '';
}

/** “DPO, from pairs of answers”; what this version does not know by its short name. */
export function objectiveLabel(objective: string, locale: Locale): string {
	return OBJECTIVE_FACTS[objective as Objective]?.label[locale] ?? objective.toUpperCase();
}

/** A setting's value in words, where it has some. */
export function valueWords(objective: Objective, field: FieldKey, value: unknown, locale: Locale): string {
	const known = fieldOf(objective, field);
	if (known?.kind === 'switch') return value === true || value === 'true' ? { en: 'on', zh: '开' }[locale] : { en: 'off', zh: '关' }[locale];
	return known?.choices?.[String(value)]?.[locale] ?? String(value);
}

/** Settings of a part of the form that mean something beside the others, in the order of the table. Steps and epochs are asked apart. */
export function fieldsOfPart(objective: Objective, part: Part, values: FormValues): FieldKey[] {
	const settings = { objective, ...settingsOf(values, objective) };
	return fieldsOf(objective).flatMap(([key, field]) => (field.part === part && key !== 'maxSteps' && key !== 'epochs' && applies(field, settings) ? [key] : []));
}

/** A recipe as the form shows it. The length that does not count gets a starting value for whoever switches to it. */
export function toForm(recipe: TrainingRecipe): FormValues {
	const values: FormValues = { length: recipe.maxSteps === null ? 'epochs' : 'steps', advanced: advancedText(recipe.advanced) };
	for (const [key] of fieldsOf(recipe.objective)) {
		const value = (recipe as Settings)[key];
		values[key] = value === null || value === undefined ? '' : String(value);
	}
	values.maxSteps ||= '100';
	values.epochs ||= '1';
	return values;
}

/** What stands in the form of the stage before a run, as typed. */
export type StageValues = { first: boolean; steps: string; rate: string };

/** The stage that the form begins with: that of a copied run which never came to start from it, where it can be trained again; else none. */
export function toStage({ stage, from }: Pick<RunPreparation, 'stage' | 'from'>): StageValues {
	if (!stage.snapshot || !from?.stage) return { first: false, steps: '', rate: '' };
	return { first: true, steps: String(from.stage.steps ?? ''), rate: String(from.stage.rate) };
}

/** What stands in a form, with settings put over it as they are in a recipe. */
export function withSettings(values: FormValues, settings: Settings): FormValues {
	const over = Object.fromEntries(Object.entries(settings).flatMap(([key, value]) => (value === null ? [] : [[key, String(value)]])));
	const length = typeof settings['maxSteps'] === 'number' ? 'steps' : typeof settings['epochs'] === 'number' ? 'epochs' : values.length;
	return { ...values, ...over, length };
}

/** Reads what a browser sent. */
export function readForm(data: { get(name: string): unknown }, objective: Objective): FormValues {
	const values: FormValues = { length: data.get('length') === 'epochs' ? 'epochs' : 'steps' };
	for (const key of [...fieldsOf(objective).map(([name]) => name), 'advanced' as const]) {
		const value = data.get(key);
		if (typeof value === 'string') values[key] = value;
	}
	return values;
}

/** What the fields of a form say, each read as its table has it; what cannot be read as a number stays as typed. */
function settingsOf(values: FormValues, objective: Objective): Record<string, unknown> {
	return Object.fromEntries(
		fieldsOf(objective).flatMap(([key, field]): [string, unknown][] => {
			const text = values[key]?.trim();
			if (text === undefined) return [];
			if (field.kind === 'switch') return [[key, text === 'true']];
			if (field.kind !== 'number') return [[key, text]];
			if (text === '' && field.optional) return [[key, null]];
			return [[key, text === '' || !Number.isFinite(Number(text)) ? text : Number(text)]];
		})
	);
}

/**
 * The recipe that a form asks for; what cannot be read is refused by the schema. A field that was not asked is left
 * out, so that whoever completes the recipe gives it its default.
 */
export function recipeOf(values: FormValues, objective: Objective): Record<string, unknown> {
	return {
		objective,
		...settingsOf(values, objective),
		[values.length === 'steps' ? 'epochs' : 'maxSteps']: null,
		advanced: parseAdvanced(values.advanced ?? '')
	};
}

function issueOf(issue: v.BaseIssue<unknown>): Issue {
	const field = (issue.path?.[0]?.key ?? 'maxSteps') as FormField;
	const limit = typeof issue.requirement === 'number' ? { limit: issue.requirement } : {};
	if (field === 'advanced') return { field, code: 'advanced_refused', detail: String(issue.path?.[1]?.key ?? issue.message) };
	if (issue.type === 'min_value') return { field, code: 'too_small', ...limit };
	if (issue.type === 'max_value') return { field, code: 'too_large', ...limit };
	if (issue.type === 'integer') return { field, code: 'not_whole' };
	if (issue.type === 'picklist' || issue.type === 'regex') return { field, code: 'not_offered' };
	return { field, code: issue.input === '' || issue.input === undefined ? 'missing' : 'not_a_number' };
}

/** Everything that is wrong with a form on these rows, in the form's order; with the recipe when its fields can be read. */
export function checkForm(values: FormValues, proposed: TrainingRecipe, context: RecipeContext): { recipe: TrainingRecipe | null; issues: Issue[] } {
	const parsed = v.safeParse(TrainingRecipeSchema, { ...proposed, ...recipeOf(values, proposed.objective) });
	if (!parsed.success) {
		const issues = parsed.issues.map(issueOf);
		// One sentence a field: what is no number is also below every limit.
		return { recipe: null, issues: issues.filter((issue, index) => issues.findIndex(({ field }) => field === issue.field) === index) };
	}
	const issues = recipeProblems(parsed.output, context).map(({ field, code, detail }): Issue => ({ field: field === 'objective' ? 'batchSize' : field, code, ...(detail === undefined ? {} : { detail }) }));
	return { recipe: parsed.output, issues };
}
