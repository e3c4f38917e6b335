import { clusterMean, MIN_GROUPS } from '../cluster-bootstrap.ts';
import { wilsonInterval } from '../wilson.ts';
import { AGREEMENT_RESAMPLES, toAgreementFigure } from './agreement-figure.ts';
import type { AgreementFigure, AgreementOptions } from './agreement-figure.ts';

/** One yes or no and its prompt group. */
export type GroupedTrial = { group: string; success: boolean };

/**
 * Share of successes; `n` is the trials. Wilson's interval where every group
 * has one trial, else cluster bootstrap over groups; none under 20 groups
 * (semantics 19).
 */
export function shareFigure(trials: readonly GroupedTrial[], options: AgreementOptions): AgreementFigure {
	const groups = new Set(trials.map(({ group }) => group)).size;
	if (groups === trials.length && groups >= MIN_GROUPS) {
		const successes = trials.filter(({ success }) => success).length;
		return { value: successes / groups, ...wilsonInterval(successes, groups), n: groups, groups, method: 'wilson' };
	}
	return toAgreementFigure(
		clusterMean(
			trials.map(({ group, success }) => ({ group, value: success ? 1 : 0 })),
			{ seed: options.seed, resamples: options.resamples ?? AGREEMENT_RESAMPLES, joint: options.joint, proportion: true }
		)
	);
}
