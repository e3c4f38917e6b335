import { toShown } from '../presentation.ts';
import type { SideOrder } from '../presentation.ts';
import type { Verdict } from '../verdict.ts';
import type { AgreementFigure, AgreementOptions } from './agreement-figure.ts';
import { shareFigure } from './share-figure.ts';
import type { GroupedTrial } from './share-figure.ts';

/** A canonical verdict and the sides it was given on; no order where it was not given here (imports). */
export type PresentedVerdict = { group: string; verdict: Verdict; sideOrder: SideOrder | null };

/**
 * Share of left among the verdicts for a side; `n` is those verdicts. Ties,
 * both_bad, cannot_judge, single answers and verdicts without a side order say
 * nothing about sides and are left out. Sides are balanced, so ½ is expected
 * whichever answers are better.
 */
export function leftRate(verdicts: Iterable<PresentedVerdict>, options: AgreementOptions): AgreementFigure {
	return shareFigure(sided(verdicts), options);
}

function* sided(verdicts: Iterable<PresentedVerdict>): Generator<GroupedTrial> {
	for (const { group, verdict, sideOrder } of verdicts) {
		const shown = sideOrder === null ? null : toShown(sideOrder, verdict);
		if (shown === 'left' || shown === 'right') yield { group, success: shown === 'left' };
	}
}
