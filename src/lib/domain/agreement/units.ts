import { byGroup } from '../cluster-bootstrap.ts';
import { addUnit, emptyCoincidences } from './coincidences.ts';
import type { Coincidences } from './coincidences.ts';
import { categoryOf } from './scale.ts';
import type { Scale, ScaledVerdict } from './scale.ts';

/**
 * What one judge said of one comparison (alpha's unit) in one prompt group (the
 * unit of resampling). Callers pass counting and surplus judgments that are
 * neither void nor superseded: one a judge and comparison, no gold, no repeats.
 */
export type AgreementJudgment = ScaledVerdict & { group: string; comparison: string; judge: string };

/** How many judges gave each category of a scale to one comparison. */
export type UnitCounts = { group: string; counts: number[] };

/** The coincidences of one prompt group: all that a resample needs to know of it. */
export type GroupCoincidences = { group: string; coincidences: Coincidences };

/** Value counts of every comparison with a value on the scale. A comparison belongs to one group. */
export function countUnits(judgments: Iterable<AgreementJudgment>, scale: Scale): UnitCounts[] {
	const units = new Map<string, UnitCounts>();
	let [comparison, unit]: [string | null, UnitCounts | undefined] = [null, undefined];
	for (const judgment of judgments) {
		const category = categoryOf(scale, judgment);
		if (category === null) continue;
		if (!unit || comparison !== judgment.comparison) {
			comparison = judgment.comparison;
			unit = units.get(comparison);
			if (!unit) units.set(comparison, (unit = { group: judgment.group, counts: new Array<number>(scale.categories.length).fill(0) }));
		}
		unit.counts[category] = (unit.counts[category] ?? 0) + 1;
	}
	return [...units.values()];
}

/** Coincidences by prompt group, ordered by group; groups where nothing can be paired are left out. @throws as `addUnit` does */
export function coincidencesByGroup(units: readonly UnitCounts[], categories: number): GroupCoincidences[] {
	return byGroup(units, () => 0)
		.map((members) => {
			const coincidences = emptyCoincidences(categories);
			for (const { counts } of members) addUnit(coincidences, counts);
			return { group: members[0]?.group ?? '', coincidences };
		})
		.filter(({ coincidences }) => Object.keys(coincidences.bySize).length > 0);
}
