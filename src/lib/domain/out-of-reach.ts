/** The code of work that broke off because something it needs was away: that may pass, and the work is not to blame. */
export const OUT_OF_REACH = 'out_of_reach';

/** Codes of attempts that ended by what somebody mends meanwhile: the next waits longer each time in a row. Of a full disk only a program's words tell, which also come of a shared memory that is too small for good. */
export const PASSING: readonly string[] = [OUT_OF_REACH, 'disk_full'];

/** Those of them that are not held against their run, however often. */
export const NOT_COUNTED: readonly string[] = [OUT_OF_REACH];

const FIRST_SECONDS = 5;
const MOST_SECONDS = 600;

/** Seconds until work that something was out of reach for is tried again, by how often in a row it was so before: twice as long each time, five seconds to ten minutes. */
export function reachWaitSeconds(before: number): number {
	return Math.min(FIRST_SECONDS * 2 ** before, MOST_SECONDS);
}
