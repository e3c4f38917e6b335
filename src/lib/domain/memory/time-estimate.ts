/** How fast an earlier run went on this kind of device, for the same model and way of training. */
export type PastRun = { /** Wall time of a step, the median of those measured. */ secondsPerStep: number; /** Rows of a step, over all processes. */ rowsPerStep: number };

/** How long a run takes; the range spans what earlier runs needed a row. */
export type TimeEstimate = { seconds: number; low: number; high: number; /** Runs behind it. */ runs: number };

/** The middle of some numbers; NaN without any. */
export function median(numbers: readonly number[]): number {
	const sorted = [...numbers].sort((one, other) => one - other);
	const middle = Math.floor(sorted.length / 2);
	const [low, high] = [sorted[sorted.length % 2 === 1 ? middle : middle - 1], sorted[middle]];
	return low === undefined || high === undefined ? NaN : (low + high) / 2;
}

/**
 * The time of a run from the seconds a row of earlier ones: the median, and the fastest and slowest beside it. Null where
 * nothing was measured: a guess from the data sheet would be a figure that nobody stands behind.
 */
export function estimateTime(past: readonly PastRun[], steps: number, rowsPerStep: number): TimeEstimate | null {
	const perRow = past.flatMap((run) => (run.secondsPerStep > 0 && run.rowsPerStep > 0 ? [run.secondsPerStep / run.rowsPerStep] : []));
	if (perRow.length === 0) return null;
	const rows = steps * rowsPerStep;
	return { seconds: rows * median(perRow), low: rows * Math.min(...perRow), high: rows * Math.max(...perRow), runs: perRow.length };
}

/** What a time costs on so many devices at a price an hour each. */
export function costOf(seconds: number, devices: number, pricePerHour: number): number {
	return (seconds / 3600) * devices * pricePerHour;
}
