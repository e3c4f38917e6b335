import type { AgreementOptions } from './agreement-figure.ts';
import { PairedValues } from './paired-values.ts';
import type { PairAgreement } from './paired-values.ts';
import { categoryOf } from './scale.ts';
import type { Scale } from './scale.ts';
import type { JudgedComparison } from './units.ts';

/**
 * How far one judge agrees with all others pooled, whoever they are, on the comparisons they share. The
 * judge's value stands once against each other's, so that comparisons judged by
 * many weigh more, and intervals go by prompt groups, which hold all pairs of a
 * comparison. A judge with several values for one comparison is left out there.
 */
export function againstOthers(comparisons: Iterable<JudgedComparison>, judge: string, scale: Scale, options: AgreementOptions): PairAgreement {
	const pairs = new PairedValues(scale);
	for (const { group, judgments } of comparisons) {
		const own: number[] = [];
		const others: number[] = [];
		for (const judgment of judgments) {
			const category = categoryOf(scale, judgment);
			if (category !== null) (judgment.judge === judge ? own : others).push(category);
		}
		const [mine] = own;
		if (own.length !== 1 || mine === undefined) continue;
		for (const other of others) pairs.add(group, mine, other);
	}
	return pairs.agreement(options);
}
