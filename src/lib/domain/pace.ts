/** Judgments made in a stretch of time. */
export type Stretch = { judged: number; seconds: number };

/** Fewer judgments, or less time, say nothing about a pace. */
const ENOUGH_JUDGED = 5;
const ENOUGH_SECONDS = 60;

/** Judgments an hour at the desk; null where there is too little to say. */
export function perActiveHour({ judged, seconds }: Stretch): number | null {
	return judged < ENOUGH_JUDGED || seconds < ENOUGH_SECONDS ? null : judged / (seconds / 3600);
}

/** What a round's end is estimated from. */
export type RoundWork = {
	/** Places that are still to be filled and that somebody can fill. */
	left: number;
	/** Places filled in the window, and the hours from the first of them until now. */
	recent: number;
	hours: number;
};

/** Fewer than this in the last days, or all within so short a time, and no date would be honest. */
const ENOUGH_RECENT = 10;
const ENOUGH_HOURS = 1;

/**
 * Hours until a round is judged if people go on as in the last days, nights and
 * pauses included; null where nothing honest can be said.
 */
export function hoursLeft({ left, recent, hours }: RoundWork): number | null {
	if (left <= 0) return 0;
	return recent < ENOUGH_RECENT || hours < ENOUGH_HOURS ? null : left / (recent / hours);
}
