import { count } from '#lib/components/shell/format.ts';
import * as m from '#lib/paraglide/messages.js';

/** From so many hours on, days say more. */
const DAYS_FROM = 36;

/** When a round will be judged, in words that claim no more than is known. */
export function whenDone(hoursLeft: number | null): string {
	if (hoursLeft === null) return m.progress_unknown();
	if (hoursLeft < 1) return m.progress_within_hour();
	if (hoursLeft < DAYS_FROM) return m.progress_hours({ count: Math.round(hoursLeft), n: count(Math.round(hoursLeft)) });
	return m.progress_days({ count: Math.round(hoursLeft / 24), n: count(Math.round(hoursLeft / 24)) });
}
