/**
 * What can be said of a mean of values in [0, 1] at any moment, however often
 * one looks and for whatever reason one stops: capital of bets against a mean
 * and the confidence sequence that follows from it.
 *
 * Source: I. Waudby-Smith, A. Ramdas, "Estimating means of bounded random
 * variables by betting", J. R. Stat. Soc. B 86 (2024): hedged capital process
 * (Theorem 3) with the predictable plug-in bets of eq. (26), truncated at half
 * of what could be lost; running intersection by Ville's inequality. Values may
 * depend on each other as long as each has the same mean given those before it.
 */

/** Which way somebody bets: that the true mean lies above, or below, the mean that is bet against. */
export type Side = 'above' | 'below';

/** No bet stakes more than this share of what could be lost, so that the capital stays above 0. */
const MOST_STAKED = 0.5;

/**
 * The stake on each value, from the values before it alone: as large as the
 * variance seen so far allows at this level. Any such rule is valid; this one is
 * close to the best for a mean that is not known.
 */
export function stakes(values: readonly number[], alpha: number): Float64Array {
	const all = new Float64Array(values.length);
	let [sum, squares, variance] = [0.5, 0.25, 0.25];
	for (let place = 0; place < values.length; place++) {
		const t = place + 1;
		all[place] = Math.sqrt((2 * Math.log(1 / alpha)) / (t * Math.log(1 + t) * variance));
		const value = values[place] ?? 0;
		sum += value;
		squares += (value - Math.min(1, sum / (t + 1))) ** 2;
		variance = squares / (t + 1);
	}
	return all;
}

/** Logarithm of what one value makes of the capital of who bets against `mean`. */
function gain(value: number, stake: number, mean: number, side: Side): number {
	return side === 'above' ? Math.log1p(Math.min(stake, MOST_STAKED / mean) * (value - mean)) : Math.log1p(-Math.min(stake, MOST_STAKED / (1 - mean)) * (value - mean));
}

/** Logarithm of the capital after each value, of who began with 1 and bets that the true mean lies on this side of `mean`. */
export function logCapital(values: readonly number[], of: { mean: number; side: Side; alpha: number }): Float64Array {
	const staked = stakes(values, of.alpha);
	let capital = 0;
	return staked.map((stake, place) => (capital += gain(values[place] ?? 0, stake, of.mean, of.side)));
}

function mostCapital(values: readonly number[], staked: Float64Array, mean: number, side: Side): number {
	let [capital, most] = [0, 0];
	for (let place = 0; place < values.length; place++) {
		capital += gain(values[place] ?? 0, staked[place] ?? 0, mean, side);
		if (capital > most) most = capital;
	}
	return most;
}

/**
 * How surprising the values are if the true mean is `mean` or lies on the other
 * side of it: 1 over the most that the capital has been (Ville). It may be read
 * after every value: under that hypothesis the probability that it is ever at
 * most α is at most α. `alpha` only tunes the stakes.
 */
export function anytimeP(values: readonly number[], of: { mean: number; side: Side; alpha: number }): number {
	return Math.exp(-mostCapital(values, stakes(values, of.alpha), of.mean, of.side));
}

/** Bounds that hold at every moment together with probability 1 − α. `drifted`: no mean fits all of them, so the values are not of one kind. */
export type MeanBounds = { low: number; high: number; drifted: boolean };

/** Halvings of [0, 1]: exact to the last digits that a double has. */
const HALVINGS = 50;

/** The mean in [0, 1] up to which (or from which) the capital of a side reaches a threshold. It falls as the mean goes towards that side, so that halving finds it. */
function bound(values: readonly number[], staked: Float64Array, side: Side, threshold: number): number {
	let [low, high] = [0, 1];
	for (let halving = 0; halving < HALVINGS; halving++) {
		const mean = (low + high) / 2;
		const refused = mostCapital(values, staked, mean, side) >= threshold;
		if (refused === (side === 'above')) low = mean;
		else high = mean;
	}
	// Rounded outwards.
	return side === 'above' ? low : high;
}

/**
 * The confidence sequence after these values, the bounds after each earlier one
 * taken in: it only ever narrows. Two sides at α / 2 each.
 * @throws RangeError for a value outside [0, 1] or an α outside (0, 1)
 */
export function meanBounds(values: readonly number[], { alpha }: { alpha: number }): MeanBounds {
	if (!(alpha > 0 && alpha < 1)) throw new RangeError(`meanBounds: alpha must lie between 0 and 1, not ${alpha}`);
	if (values.some((value) => !(value >= 0 && value <= 1))) throw new RangeError('meanBounds: every value must lie in [0, 1]');
	const staked = stakes(values, alpha / 2);
	const threshold = Math.log(2 / alpha);
	const low = bound(values, staked, 'above', threshold);
	const high = bound(values, staked, 'below', threshold);
	return { low, high, drifted: low > high };
}
