/** The newest moment at which digests go out, not after `now`: an hour of the day where the worker stands. */
export function lastDigestTime(now: Date, hour: number): Date {
	const today = new Date(now.getFullYear(), now.getMonth(), now.getDate(), hour);
	return today <= now ? today : new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1, hour);
}
