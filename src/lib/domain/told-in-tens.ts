/*
 * Counts of real work as they are told to who may be given gold or repeats
 * unseen: a count that moved with each judgment would stand still after gold,
 * and so tell it.
 */

/** What is left, rounded up to tens but not above the most it can be. Nothing is left only where nothing is. */
export function leftInTens(left: number, most = Number.POSITIVE_INFINITY): number {
	return Math.min(Math.ceil(left / 10) * 10, Math.max(left, most));
}

/** What is done, rounded down to tens. All is done only where all is. */
export function doneInTens(done: number, wanted: number): number {
	return done >= wanted ? done : Math.floor(done / 10) * 10;
}
