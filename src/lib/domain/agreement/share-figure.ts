import { meanOfSums, MIN_GROUPS } from '../cluster-bootstrap.ts';
import type { GroupSum } from '../cluster-bootstrap.ts';
import { wilsonInterval } from '../wilson.ts';
import { AGREEMENT_RESAMPLES, toAgreementFigure } from './agreement-figure.ts';
import type { AgreementFigure, AgreementOptions } from './agreement-figure.ts';

/** One yes or no and its prompt group. */
export type GroupedTrial = { group: string; success: boolean };

/** Share of successes among trials; see `shareOfSums`. */
export function shareFigure(trials: Iterable<GroupedTrial>, options: AgreementOptions): AgreementFigure {
	const groups = new Map<string, GroupSum>();
	for (const { group, success } of trials) {
		let of = groups.get(group);
		if (!of) groups.set(group, (of = { group, sum: 0, size: 0 }));
		of.size += 1;
		if (success) of.sum += 1;
	}
	return shareOfSums([...groups.values()], options);
}

/**
 * Share of successes from their number and that of trials by group; `n` is the
 * trials. Wilson's interval where every group has one trial, else cluster
 * bootstrap over groups; none under 20 groups (semantics 19).
 */
export function shareOfSums(groups: readonly GroupSum[], options: AgreementOptions): AgreementFigure {
	if (groups.length >= MIN_GROUPS && groups.every(({ size }) => size === 1)) {
		const successes = groups.reduce((total, { sum }) => total + sum, 0);
		return { value: successes / groups.length, ...wilsonInterval(successes, groups.length), n: groups.length, groups: groups.length, method: 'wilson' };
	}
	return toAgreementFigure(meanOfSums(groups, { seed: options.seed, resamples: options.resamples ?? AGREEMENT_RESAMPLES, joint: options.joint, proportion: true }));
}
