import * as v from 'valibot';
import { planProblems, sweepPoints, SweepPlanSchema, sweptFields } from '#lib/domain/sweep-plan.ts';
import type { PlanProblem, PointSettings, SweepPlan } from '#lib/domain/sweep-plan.ts';
import { applies, fieldOf } from '#lib/domain/training-recipe.ts';
import type { FieldKey, Objective, TrainingRecipe } from '#lib/domain/training-recipe.ts';

/** What stands in the form, as typed: of each setting the values of a grid, and the bounds that points are drawn between. */
export type SweepValues = { method: SweepPlan['method']; settings: Partial<Record<FieldKey, { values: string; from: string; to: string }>>; count: string; seed: string };

/** Settings that a sweep of this recipe may try: those that mean something beside its others. */
export function offeredFields(recipe: TrainingRecipe): FieldKey[] {
	return sweptFields(recipe.objective).filter((key) => {
		const field = fieldOf(recipe.objective, key);
		return field !== undefined && applies(field, recipe);
	});
}

/** An empty form. */
export function emptySweep(recipe: TrainingRecipe): SweepValues {
	return { method: 'grid', settings: Object.fromEntries(offeredFields(recipe).map((key) => [key, { values: '', from: '', to: '' }])), count: '8', seed: '1' };
}

/** Reads what a browser sent. */
export function readSweepForm(data: { get(name: string): unknown }, objective: Objective): SweepValues {
	const text = (name: string) => String(data.get(name) ?? '').trim();
	const settings = Object.fromEntries(sweptFields(objective).map((key) => [key, { values: text(`values.${key}`), from: text(`from.${key}`), to: text(`to.${key}`) }]));
	return { method: data.get('method') === 'random' ? 'random' : 'grid', settings, count: text('count'), seed: text('seed') };
}

/** What is no number stays as typed: the schema says what is wrong with it. */
const read = (text: string): number | string => (text === '' || !Number.isFinite(Number(text)) ? text : Number(text));
/** People put commas, spaces or semicolons between numbers, in either script. */
const list = (text: string): (number | string)[] => text.split(/[\s,;，；、]+/).filter(Boolean).map(read);

/** The plan that a form asks for, as yet unread. Settings without anything typed stay as they are. */
export function planOf({ method, settings, count, seed }: SweepValues): unknown {
	const typed = Object.entries(settings);
	if (method === 'grid') return { method, settings: Object.fromEntries(typed.filter(([, { values }]) => values.trim() !== '').map(([key, { values }]) => [key, list(values)])) };
	return { method, settings: Object.fromEntries(typed.filter(([, { from, to }]) => from.trim() !== '' || to.trim() !== '').map(([key, { from, to }]) => [key, { from: read(from.trim()), to: read(to.trim()) }])), count: read(count.trim()), seed: read(seed.trim()) };
}

/** What is wrong with a field of the form, or (`settings`) with all of them together. */
export type SweepIssue = { field: string; code: PlanProblem['code'] | 'not_a_number' };

/** The plan with the points that it comes to, or what is wrong with the form. */
export function checkSweep(values: SweepValues, objective: Objective): { plan: SweepPlan | null; points: PointSettings[]; issues: SweepIssue[] } {
	const parsed = v.safeParse(SweepPlanSchema, planOf(values));
	if (!parsed.success) {
		const fields = parsed.issues.map(({ path }) => String(path?.[0]?.key === 'settings' ? (path[1]?.key ?? 'settings') : (path?.[0]?.key ?? 'settings')));
		return { plan: null, points: [], issues: [...new Set(fields)].map((field) => ({ field, code: 'not_a_number' })) };
	}
	const issues = planProblems(parsed.output, objective).map(({ setting, code }): SweepIssue => ({ field: setting ?? 'settings', code }));
	return issues.length > 0 ? { plan: null, points: [], issues } : { plan: parsed.output, points: sweepPoints(parsed.output, objective), issues };
}
