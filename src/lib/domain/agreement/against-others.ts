import type { AgreementFigure, AgreementOptions } from './agreement-figure.ts';
import { alphaFigure } from './alpha-figure.ts';
import { categoryOf } from './scale.ts';
import type { Scale } from './scale.ts';
import { shareFigure } from './share-figure.ts';
import { coincidencesByGroup } from './units.ts';
import type { AgreementJudgment, UnitCounts } from './units.ts';

/** One judge against all others pooled, whoever they are: `equal` over pairs of that judge's value and one other's, `alpha` with each such pair as a unit of two values. */
export type AgainstOthers = { equal: AgreementFigure; alpha: AgreementFigure };

/**
 * How far one judge agrees with the others on the comparisons they share. The
 * judge's value stands once against each other's, so that comparisons judged by
 * many weigh more, and intervals go by prompt groups, which hold all pairs of a
 * comparison. A judge with several values for one comparison is left out there.
 */
export function againstOthers(judgments: Iterable<AgreementJudgment>, judge: string, scale: Scale, options: AgreementOptions): AgainstOthers {
	const comparisons = new Map<string, { group: string; own: number[]; others: number[] }>();
	for (const judgment of judgments) {
		const category = categoryOf(scale, judgment);
		if (category === null) continue;
		let comparison = comparisons.get(judgment.comparison);
		if (!comparison) comparisons.set(judgment.comparison, (comparison = { group: judgment.group, own: [], others: [] }));
		(judgment.judge === judge ? comparison.own : comparison.others).push(category);
	}
	const pairs = [...comparisons.values()].flatMap(({ group, own, others }) => {
		const [mine] = own;
		return own.length === 1 && mine !== undefined ? others.map((other) => ({ group, values: [mine, other] as const })) : [];
	});
	const units: UnitCounts[] = pairs.map(({ group, values }) => ({ group, counts: scale.categories.map((_, category) => values.filter((value) => value === category).length) }));
	return {
		equal: shareFigure(
			pairs.map(({ group, values: [mine, other] }) => ({ group, success: mine === other })),
			options
		),
		alpha: alphaFigure(coincidencesByGroup(units, scale.categories.length), scale.metric, options)
	};
}
