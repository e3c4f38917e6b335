/** Metrics of one step, as the engine reported them. */
export type Step = { step: number; values: Record<string, number> };
/** One point of a line: the value as reported and its rolling mean; null where the engine gave no number. */
export type Point = { step: number; raw: number | null; smooth: number | null };

/** More points than this are finer than the screen. */
const MAX_POINTS = 400;
/** Rows of a table that a person still reads. */
const MAX_ROWS = 100;

/** Steps in order, each once: a resumed attempt repeats steps and the later report counts. */
export function mergeSteps<S extends Step>(known: readonly S[], fresh: readonly S[]): S[] {
	const byStep = new Map(known.map((one) => [one.step, one]));
	for (const one of fresh) byStep.set(one.step, one);
	return [...byStep.values()].sort((x, y) => x.step - y.step);
}

/** Every k-th item, the last always among them. */
export function thin<T>(items: readonly T[], most: number): T[] {
	if (items.length <= most) return [...items];
	const every = Math.ceil(items.length / most);
	return items.filter((_, index) => index % every === 0 || index === items.length - 1);
}

/** Steps for a table: at most a hundred, the last among them. */
export function tableSteps<S extends Step>(steps: readonly S[]): S[] {
	return thin(steps, MAX_ROWS);
}

/** Only the values that a page shows, of so many steps that a line needs. */
export function slim<S extends Step>(steps: readonly S[], keys: readonly string[]): S[] {
	return thin(steps, MAX_POINTS * 2).map((step) => ({ ...step, values: Object.fromEntries(keys.flatMap((key) => (step.values[key] === undefined ? [] : [[key, step.values[key]]]))) }));
}

/** Width of the rolling mean: small batches jump, and the eye needs the trend. */
export function windowOf(count: number): number {
	return count < 12 ? 1 : Math.min(50, Math.max(5, Math.round(count / 12)));
}

/** A metric as a line: raw values with their trailing mean, thinned to the screen. A step without the metric leaves a gap, not a zero. */
export function lineOf(steps: readonly Step[], key: string, width = windowOf(steps.length)): Point[] {
	const recent: number[] = [];
	let sum = 0;
	const points = steps.map(({ step, values }): Point => {
		const raw = values[key];
		if (raw === undefined || !Number.isFinite(raw)) return { step, raw: null, smooth: null };
		recent.push(raw);
		sum += raw;
		if (recent.length > width) sum -= recent.shift() ?? 0;
		return { step, raw, smooth: sum / recent.length };
	});
	return thin(points, MAX_POINTS);
}

/** Smallest and largest of what is drawn, with a little air; a flat line gets room on both sides. */
export function extent(lines: readonly Point[][]): [number, number] {
	const all = lines.flatMap((points) => points.flatMap(({ raw, smooth }) => [raw, smooth])).filter((value): value is number => value !== null);
	if (all.length === 0) return [0, 1];
	const [low, high] = all.reduce(([a, b], value) => [Math.min(a, value), Math.max(b, value)], [Infinity, -Infinity]);
	const air = high === low ? Math.abs(high) * 0.1 || 1 : (high - low) * 0.06;
	return [low - air, high + air];
}
