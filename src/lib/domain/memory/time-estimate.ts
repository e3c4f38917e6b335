/** How fast an earlier run went on this kind of device, for the same model and way of training. */
export type PastRun = { /** Wall time of a step, the median of those measured. */ secondsPerStep: number; /** Rows of a step that one device reads. */ rowsPerDevice: number; /** Devices that trained together. */ devices: number };

/** How long a run takes; the range spans what earlier runs needed a row. */
export type TimeEstimate = { seconds: number; low: number; high: number; /** Runs behind it. */ runs: number; /** Devices that each of these trained on: scaled from them where the run has others. */ devices: number };

/** The middle of some numbers; NaN without any. */
export function median(numbers: readonly number[]): number {
	const sorted = [...numbers].sort((one, other) => one - other);
	const middle = Math.floor(sorted.length / 2);
	const [low, high] = [sorted[sorted.length % 2 === 1 ? middle : middle - 1], sorted[middle]];
	return low === undefined || high === undefined ? NaN : (low + high) / 2;
}

/** Of what was measured only the runs on the count of devices that is nearest to the wanted one; of two as near, the greater. */
function nearest(past: readonly PastRun[], devices: number): readonly PastRun[] {
	const distance = (run: PastRun): number => Math.abs(Math.log(run.devices / devices));
	const [first] = [...past].sort((one, other) => distance(one) - distance(other) || other.devices - one.devices);
	return past.filter((run) => run.devices === first?.devices);
}

/**
 * The time of a run from the seconds that a device of earlier ones needed for a row: the median, and the fastest and
 * slowest beside it. Devices work side by side, so what counts is the rows of one; what they lose by telling each other
 * depends on how many there are, so only the runs on the nearest count are taken. Null where nothing was measured: a
 * guess from the data sheet would be a figure that nobody stands behind.
 */
export function estimateTime(past: readonly PastRun[], { steps, rowsPerDevice, devices }: { steps: number } & Omit<PastRun, 'secondsPerStep'>): TimeEstimate | null {
	const taken = nearest(past.filter((run) => run.secondsPerStep > 0 && run.rowsPerDevice > 0), devices);
	const [first] = taken;
	if (!first) return null;
	const perRow = taken.map((run) => run.secondsPerStep / run.rowsPerDevice);
	const rows = steps * rowsPerDevice;
	return { seconds: rows * median(perRow), low: rows * Math.min(...perRow), high: rows * Math.max(...perRow), runs: perRow.length, devices: first.devices };
}

/** What a time costs on so many devices at a price an hour each. */
export function costOf(seconds: number, devices: number, pricePerHour: number): number {
	return (seconds / 3600) * devices * pricePerHour;
}
