import { counts } from '../verdict.ts';
import type { Verdict } from '../verdict.ts';
import type { AgreementFigure, AgreementOptions } from './agreement-figure.ts';
import { shareFigure } from './share-figure.ts';

/** A comparison that one person judged twice, sides swapped: both verdicts canonical. */
export type RepeatedVerdict = { group: string; first: Verdict; again: Verdict };

/**
 * Share of repeats with the same canonical verdict; `n` is the repeats. A
 * repeat with cannot_judge on either side is a missing value and left out.
 * Somebody who always takes the left answer gets 0, as sides were swapped.
 */
export function selfConsistency(repeats: readonly RepeatedVerdict[], options: AgreementOptions): AgreementFigure {
	const judged = repeats.filter(({ first, again }) => counts(first) && counts(again));
	return shareFigure(
		judged.map(({ group, first, again }) => ({ group, success: first === again })),
		options
	);
}
