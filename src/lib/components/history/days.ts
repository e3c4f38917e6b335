import type { OwnHour } from '#lib/server/db/own-record.ts';

/** One day of work where the reader is. */
export type Day = { date: Date; judged: number; minutes: number };

const DAYS = 7;

/** Hours of work as the last seven days, today last, each day from midnight to midnight of the device's own clock. */
export function lastDays(hours: readonly OwnHour[], now: Date): Day[] {
	return Array.from({ length: DAYS }, (_, index) => {
		const date = new Date(now.getFullYear(), now.getMonth(), now.getDate() - (DAYS - 1 - index));
		const end = new Date(date.getFullYear(), date.getMonth(), date.getDate() + 1);
		const own = hours.filter(({ start }) => new Date(start) >= date && new Date(start) < end);
		return { date, judged: own.reduce((sum, one) => sum + one.judged, 0), minutes: Math.round(own.reduce((sum, one) => sum + one.seconds, 0) / 60) };
	});
}
