import type { Figure } from '../cluster-bootstrap.ts';
import type { JointResamples } from '../resamples.ts';
import type { AlphaUndefined } from './krippendorff-alpha.ts';

/**
 * Why a figure has no value or no interval: nothing was observed; alpha is not
 * defined (two reasons); under 20 prompt groups (semantics 19); so few
 * disagreements that many resamples hold only one category.
 */
export type AgreementReason = 'no_observations' | AlphaUndefined | 'too_few' | 'little_variation';

/** Any figure about agreement, as pages and the API show it. */
export type AgreementFigure = {
	value: number | null;
	/** 95 % interval; both bounds or none. */
	low: number | null;
	high: number | null;
	/** Observations; each function says of what. */
	n: number;
	/** Prompt groups with an observation: the unit; where there are more than 4,096, a thousand bundles of them. */
	groups: number;
	method: Figure['method'];
	reason?: AgreementReason;
};

export type AgreementOptions = {
	/** Stored with the figure, so that anyone gets the same bounds again. */
	seed: string;
	/** Default 1,000: a page recomputes these while people judge. */
	resamples?: number;
	/** Resamples of all the groups that the observations are of, shared with other figures: seed and number are theirs. */
	joint?: JointResamples | undefined;
};

export const AGREEMENT_RESAMPLES = 1000;

/** A figure of the measuring functions in the form of this folder. */
export function toAgreementFigure({ tooFew, ...figure }: Figure): AgreementFigure {
	if (figure.value === null) return { ...figure, reason: 'no_observations' };
	return tooFew ? { ...figure, reason: 'too_few' } : figure;
}

/** A value, or none, without an interval and why. */
export function withoutInterval(figure: { value: number | null; n: number; groups: number }, reason: AgreementReason): AgreementFigure {
	return { ...figure, low: null, high: null, method: 'none', reason };
}
