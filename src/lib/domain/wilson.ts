/** Two-sided 95 % point of the normal distribution. */
const Z_95 = 1.959963984540054;

/**
 * Wilson's score interval (E. B. Wilson, JASA 1927) of a proportion, 95 %
 * unless another z is given. Only for independent trials: one row per prompt
 * (semantics 19). Stays open where all trials agree: 40 of 40 gives [0.912, 1].
 * @throws RangeError when there are no trials or more successes than trials
 */
export function wilsonInterval(successes: number, trials: number, z = Z_95): { low: number; high: number } {
	if (!(trials > 0) || !(successes >= 0) || successes > trials) throw new RangeError(`wilsonInterval: ${successes} of ${trials}`);
	const share = successes / trials;
	const centre = share + (z * z) / (2 * trials);
	const half = z * Math.sqrt((share * (1 - share)) / trials + (z * z) / (4 * trials * trials));
	const scale = 1 + (z * z) / trials;
	// At 0 and 1 the bound is exact; rounding must not put it beyond the estimate.
	return { low: successes === 0 ? 0 : (centre - half) / scale, high: successes === trials ? 1 : (centre + half) / scale };
}
