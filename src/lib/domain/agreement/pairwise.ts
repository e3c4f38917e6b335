import type { AgreementOptions } from './agreement-figure.ts';
import { PairedValues } from './paired-values.ts';
import type { PairAgreement } from './paired-values.ts';
import { categoryOf } from './scale.ts';
import type { Scale } from './scale.ts';
import type { JudgedComparison } from './units.ts';

/** How far two judges, in alphabetical order of their names, agree on the comparisons that both judged. */
export type PairwiseAgreement = PairAgreement & { judges: [string, string] };

/**
 * Agreement of every two judges with a comparison in common, alphabetically.
 * Missing values do not count as judged. Where one judge left several values
 * (an import that names many people alike) it is unknown which one is meant:
 * the comparison is left out for that judge.
 */
export function pairwiseAgreements(comparisons: Iterable<JudgedComparison>, scale: Scale, options: AgreementOptions): PairwiseAgreement[] {
	const pairs = new Map<string, Map<string, PairedValues>>();
	for (const { group, judgments } of comparisons) {
		const values = valuesOf(judgments, scale);
		for (const [place, { judge, value }] of values.entries()) {
			for (let next = place + 1; next < values.length; next++) {
				const other = values[next];
				if (!other || value === null || other.value === null) continue;
				const [x, y] = judge < other.judge ? [judge, other.judge] : [other.judge, judge];
				let others = pairs.get(x);
				if (!others) pairs.set(x, (others = new Map()));
				let both = others.get(y);
				if (!both) others.set(y, (both = new PairedValues(scale)));
				both.add(group, value, other.value);
			}
		}
	}
	return [...pairs]
		.flatMap(([x, others]) => [...others].map(([y, both]): PairwiseAgreement => ({ judges: [x, y], ...both.agreement(options) })))
		.sort(({ judges: one }, { judges: other }) => (one[0] < other[0] || (one[0] === other[0] && one[1] < other[1]) ? -1 : 1));
}

/** Agreement of two judges; without a comparison in common both figures are null with a reason. @throws RangeError for one judge twice */
export function pairwiseAgreement(comparisons: readonly JudgedComparison[], judges: readonly [string, string], scale: Scale, options: AgreementOptions): PairwiseAgreement {
	const [x, y] = judges[0] < judges[1] ? judges : [judges[1], judges[0]];
	if (x === y) throw new RangeError('pairwiseAgreement: a judge is not compared with themselves; see selfConsistency');
	const theirs = comparisons.map(({ group, judgments }) => ({ group, judgments: judgments.filter(({ judge }) => judge === x || judge === y) }));
	return pairwiseAgreements(theirs, scale, options)[0] ?? { judges: [x, y], ...new PairedValues(scale).agreement(options) };
}

/** Each judge's value, null where a judge left several. A comparison has a handful of judges. */
function valuesOf(judgments: JudgedComparison['judgments'], scale: Scale): { judge: string; value: number | null }[] {
	const values: { judge: string; value: number | null }[] = [];
	for (const judgment of judgments) {
		const value = categoryOf(scale, judgment);
		if (value === null) continue;
		const before = values.find(({ judge }) => judge === judgment.judge);
		if (before) before.value = null;
		else values.push({ judge: judgment.judge, value });
	}
	return values;
}
