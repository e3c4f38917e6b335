import type { FieldKey, Objective } from '#lib/domain/training-recipe.ts';
import * as m from '#lib/paraglide/messages.js';
import { getLocale } from '#lib/paraglide/runtime.js';
import { labelOf, valueWords } from './recipe-form.ts';

/** Name of a setting in which runs of these objectives differ, in the reader's language; an engine's further argument by its own name. */
export function settingName(objectives: readonly string[], field: string): string {
	if (field === 'objective') return m.compare_runs_objective();
	const known = objectives.map((objective) => labelOf(objective as Objective, field as FieldKey, getLocale()));
	return known.find((label) => label !== field) ?? field;
}

/** Its value in a run, in words; a dash where it has no meaning there. */
export function settingValue(objective: string, field: string, value: unknown): string {
	if (value === null || value === undefined) return '—';
	if (field === 'objective') return objective.toUpperCase();
	return valueWords(objective as Objective, field as FieldKey, value, getLocale());
}
