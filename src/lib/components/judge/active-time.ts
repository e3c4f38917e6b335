/** So long after the last sign of a person they have gone to do something else. */
export const IDLE_MS = 60_000;

/** Time spent on a pair, as far as it is known: what passed between signs of the person, none longer than `IDLE_MS`. */
export type ActiveTime = { ms: number; /** The last sign; null: the page is not looked at. */ since: number | null };

/** A pair comes onto the screen. */
export const beginTime = (now: number, visible: boolean): ActiveTime => ({ ms: 0, since: visible ? now : null });

/** A sign: a key, a movement, a scroll; or the moment that is asked about. */
export function seen(time: ActiveTime, now: number): ActiveTime {
	return time.since === null ? time : { ms: time.ms + Math.min(IDLE_MS, Math.max(0, now - time.since)), since: now };
}

/** The page goes out of sight. */
export const hidden = (time: ActiveTime, now: number): ActiveTime => ({ ...seen(time, now), since: null });

/** The page comes back into sight. */
export const shownAgain = (time: ActiveTime, now: number): ActiveTime => (time.since === null ? { ...time, since: now } : seen(time, now));
