import { applies, fieldsOf } from './training-recipe.ts';
import type { TrainingRecipe } from './training-recipe.ts';

/** What a curve is drawn over. */
export const AXES = ['step', 'epoch', 'time'] as const;
export type Axis = (typeof AXES)[number];

/** One reported step of a run, under the engine's names. */
export type ReportedStep = { step: number; epoch: number | null; values: Readonly<Record<string, number>> };

/** A point of a curve: steps, epochs or seconds across, the metric's value up. */
export type CurvePoint = { x: number; y: number };

/** The engine's mean time of a step so far, in seconds. */
const SECONDS_A_STEP = 'train_speed(s/it)';

/**
 * A metric of a run as a curve. A step without the metric, or without what the
 * axis needs, is left out. Time is the engine's own mean time of a step times
 * the step: after a resume it counts the steps before it as if they had been as
 * fast.
 */
export function curveOf(steps: readonly ReportedStep[], metric: string, axis: Axis): CurvePoint[] {
	const points = steps.flatMap(({ step, epoch, values }): CurvePoint[] => {
		const y = values[metric];
		const seconds = values[SECONDS_A_STEP];
		const x = axis === 'step' ? step : axis === 'epoch' ? epoch : seconds === undefined ? null : seconds * step;
		return y === undefined || x === null ? [] : [{ x, y }];
	});
	return points.sort((one, other) => one.x - other.x);
}

/** A setting that not all of some runs share: its value in each, null where it has no meaning there. */
export type DifferingSetting = { field: string; values: unknown[] };

/** Settings in which recipes differ, in the order of the form; further arguments of the engine after them, by name. */
export function differingSettings(recipes: readonly TrainingRecipe[]): DifferingSetting[] {
	const all = recipes.map((recipe) => {
		const values = recipe as unknown as Record<string, unknown>;
		const fields = fieldsOf(recipe.objective).flatMap(([key, field]): [string, unknown][] => (applies(field, recipe) ? [[key, values[key]]] : []));
		return new Map<string, unknown>([['objective', recipe.objective], ...fields, ...Object.entries(recipe.advanced).sort()]);
	});
	const names = [...new Set(all.flatMap((settings) => [...settings.keys()]))];
	return names
		.map((field) => ({ field, values: all.map((settings) => settings.get(field) ?? null) }))
		.filter(({ values }) => new Set(values.map((value) => JSON.stringify(value))).size > 1);
}
