/** What properties are tried on in every ordinary run: a red run is a fault of what was changed, and not of the draw. */
const FIXED = 20_260_101;

/**
 * The seed of fast-check's properties, as its global parameters: a fixed one, the number that was said (as a failure prints it),
 * or with `random` none, so that every property draws its own.
 * @param {string | undefined} said
 * @returns {{ seed?: number }}
 */
export function seedOfChance(said) {
	if (said === undefined || said === '') return { seed: FIXED };
	if (said === 'random') return {};
	const seed = Number(said);
	if (!Number.isSafeInteger(seed)) throw new Error(`FAST_CHECK_SEED is “random” or a whole number, not “${said}”.`);
	return { seed };
}
