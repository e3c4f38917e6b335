import { alphaFigure } from './alpha-figure.ts';
import type { AgreementFigure, AgreementOptions } from './agreement-figure.ts';
import { categoryOf } from './scale.ts';
import type { Scale } from './scale.ts';
import { shareFigure } from './share-figure.ts';
import { coincidencesByGroup } from './units.ts';
import type { AgreementJudgment } from './units.ts';

export type PairwiseAgreement = {
	/** In alphabetical order of their names. */
	judges: [string, string];
	/** Alpha over the comparisons that both judged; `n` is their judgments, two a comparison. */
	alpha: AgreementFigure;
	/** Share of those comparisons with the same value on the scale; `n` is the comparisons. */
	equal: AgreementFigure;
};

/** Values that two judges gave to one comparison. */
type Both = { group: string; values: [number, number] };

/**
 * Agreement of every two judges with a comparison in common, alphabetically.
 * Missing values do not count as judged. Where one judge left several values
 * (an import that names many people alike) it is unknown which one is meant:
 * the comparison is left out for that judge.
 */
export function pairwiseAgreements(judgments: Iterable<AgreementJudgment>, scale: Scale, options: AgreementOptions): PairwiseAgreement[] {
	const pairs = new Map<string, Map<string, Both[]>>();
	for (const { group, values } of valuesByComparison(judgments, scale)) {
		values.sort((one, other) => (one.judge < other.judge ? -1 : 1));
		for (const [place, { judge: x, value: ofX }] of values.entries()) {
			for (let next = place + 1; next < values.length; next++) {
				const { judge: y, value: ofY } = values[next] ?? { judge: '', value: null };
				if (ofX === null || ofY === null) continue;
				const others = pairs.get(x) ?? new Map<string, Both[]>();
				pairs.set(x, others);
				const both = others.get(y);
				if (both) both.push({ group, values: [ofX, ofY] });
				else others.set(y, [{ group, values: [ofX, ofY] }]);
			}
		}
	}
	return [...pairs]
		.flatMap(([x, others]) => [...others].map(([y, both]) => agreementOf([x, y], both, scale, options)))
		.sort(({ judges: one }, { judges: other }) => (one[0] < other[0] || (one[0] === other[0] && one[1] < other[1]) ? -1 : 1));
}

/** Agreement of two judges; without a comparison in common both figures are null with a reason. @throws RangeError for one judge twice */
export function pairwiseAgreement(judgments: Iterable<AgreementJudgment>, judges: readonly [string, string], scale: Scale, options: AgreementOptions): PairwiseAgreement {
	const [x, y] = judges[0] < judges[1] ? judges : [judges[1], judges[0]];
	if (x === y) throw new RangeError('pairwiseAgreement: a judge is not compared with themselves; see selfConsistency');
	const theirs: AgreementJudgment[] = [];
	for (const judgment of judgments) if (judgment.judge === x || judgment.judge === y) theirs.push(judgment);
	return pairwiseAgreements(theirs, scale, options)[0] ?? agreementOf([x, y], [], scale, options);
}

/** Per comparison: its group and each judge's value, null where a judge left several. */
function valuesByComparison(judgments: Iterable<AgreementJudgment>, scale: Scale): Iterable<{ group: string; values: { judge: string; value: number | null }[] }> {
	const comparisons = new Map<string, { group: string; values: { judge: string; value: number | null }[] }>();
	for (const judgment of judgments) {
		const category = categoryOf(scale, judgment);
		if (category === null) continue;
		let comparison = comparisons.get(judgment.comparison);
		if (!comparison) comparisons.set(judgment.comparison, (comparison = { group: judgment.group, values: [] }));
		// A comparison has a handful of judges.
		const before = comparison.values.find(({ judge }) => judge === judgment.judge);
		if (before) before.value = null;
		else comparison.values.push({ judge: judgment.judge, value: category });
	}
	return comparisons.values();
}

function agreementOf(judges: [string, string], both: readonly Both[], scale: Scale, options: AgreementOptions): PairwiseAgreement {
	// Two values make few different units: each is counted once, and not for every comparison.
	const unitOf = scale.categories.map((_, x) => scale.categories.map((__, y) => scale.categories.map((___, category) => Number(category === x) + Number(category === y))));
	const units = both.map(({ group, values: [ofX, ofY] }) => ({ group, counts: unitOf[ofX]?.[ofY] ?? [] }));
	return {
		judges,
		alpha: alphaFigure(coincidencesByGroup(units, scale.categories.length), scale.metric, options),
		equal: shareFigure(
			both.map(({ group, values: [ofX, ofY] }) => ({ group, success: ofX === ofY })),
			options
		)
	};
}
