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

/** A comparison, the prompt group it belongs to, and what people said of it. */
export type JudgedComparison<Said extends ScaledVerdict & { judge: string } = ScaledVerdict & { judge: string }> = { group: string; judgments: Said[] };

/** Judgments by the comparison they are of. All figures about the same judgments read them so: they are sorted out once. */
export function byComparison<Said extends AgreementJudgment>(judgments: Iterable<Said>): JudgedComparison<Said>[] {
	const comparisons = new Map<string, JudgedComparison<Said>>();
	for (const judgment of judgments) {
		const comparison = comparisons.get(judgment.comparison);
		if (comparison) comparison.judgments.push(judgment);
		else comparisons.set(judgment.comparison, { group: judgment.group, judgments: [judgment] });
	}
	return [...comparisons.values()];
}

/** Value counts of every comparison with a value on the scale. */
export function countUnits(comparisons: Iterable<JudgedComparison>, scale: Scale): UnitCounts[] {
	const units: UnitCounts[] = [];
	for (const { group, judgments } of comparisons) {
		let counts: number[] | null = null;
		for (const judgment of judgments) {
			const category = categoryOf(scale, judgment);
			if (category === null) continue;
			counts ??= new Array<number>(scale.categories.length).fill(0);
			counts[category] = (counts[category] ?? 0) + 1;
		}
		if (counts) units.push({ group, counts });
	}
	return units;
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
