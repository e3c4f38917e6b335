import { LTTB } from 'downsample';

/** Metrics of one step, as the engine reported them. */
export type Step = { step: number; values: Record<string, number> };
/** One point of a line: the value as reported and its rolling mean; null where the engine gave no number. */
export type Point = { step: number; raw: number | null; smooth: number | null };

/** More points than this are finer than the screen. */
const MAX_POINTS = 400;
/** More steps than this a page needs not to draw all its lines. */
const MAX_STEPS = 1600;
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

type Value = number | null | undefined;
const isNumber = (value: Value): value is number => value != null && Number.isFinite(value);

/** Places of the values that show a line's course, peaks among them, by largest-triangle-three-buckets (Steinarsson 2013). */
function telling(values: readonly Value[], most: number): number[] {
	const points = values.flatMap((y, x) => (isNumber(y) ? [{ x, y }] : []));
	const kept = points.length <= most ? points : Array.from(LTTB(points, most) as ArrayLike<{ x: number; y: number }>);
	return kept.map(({ x }) => x);
}

/** Places that all of several lines are drawn by, about `most` of them: what each has to show, the first and the last always among them. */
function placesOf(count: number, lines: readonly (readonly Value[])[], most: number): number[] {
	if (count <= most) return Array.from({ length: count }, (_, place) => place);
	const shown = lines.filter((values) => values.some(isNumber));
	const each = Math.max(3, Math.floor(most / Math.max(1, shown.length)));
	return [...new Set([0, count - 1, ...shown.flatMap((values) => telling(values, each))])].sort((x, y) => x - y);
}

/** Steps for a table: at most a hundred, the last among them. */
export function tableSteps<S extends Step>(steps: readonly S[]): S[] {
	return thin(steps, MAX_ROWS);
}

/** Only the values that a page shows, of so many steps that a line needs. */
export function slim<S extends Step>(steps: readonly S[], keys: readonly string[]): S[] {
	const kept = placesOf(steps.length, keys.map((key) => steps.map(({ values }) => values[key])), MAX_STEPS);
	return kept.flatMap((place) => steps[place] ?? []).map((step) => ({ ...step, values: Object.fromEntries(keys.flatMap((key) => (step.values[key] === undefined ? [] : [[key, step.values[key]]]))) }));
}

/** Width of the rolling mean: small batches jump, and the eye needs the trend. */
export function windowOf(count: number): number {
	return count < 12 ? 1 : Math.min(50, Math.max(5, Math.round(count / 12)));
}

/** A metric as a line: raw values with their trailing mean. A step without the metric leaves a gap, not a zero. */
function lineOf(steps: readonly Step[], key: string, width = windowOf(steps.length)): Point[] {
	const recent: number[] = [];
	let sum = 0;
	return steps.map(({ step, values }): Point => {
		const raw = values[key];
		if (raw === undefined || !Number.isFinite(raw)) return { step, raw: null, smooth: null };
		recent.push(raw);
		sum += raw;
		if (recent.length > width) sum -= recent.shift() ?? 0;
		return { step, raw, smooth: sum / recent.length };
	});
}

/** Metrics as lines by the same steps, thinned to the screen so that what stands out in any of them stays. */
export function linesOf(steps: readonly Step[], keys: readonly string[], width?: number): Point[][] {
	const lines = keys.map((key) => lineOf(steps, key, width));
	const kept = placesOf(steps.length, lines.map((points) => points.map(({ raw }) => raw)), MAX_POINTS);
	return lines.map((points) => kept.flatMap((place) => points[place] ?? []));
}

/** Smallest and largest of what is drawn, with a little air; a flat line gets room on both sides. */
export function extent(lines: readonly Point[][]): [number, number] {
	const all = lines.flatMap((points) => points.flatMap(({ raw, smooth }) => [raw, smooth])).filter((value): value is number => value !== null);
	if (all.length === 0) return [0, 1];
	const [low, high] = all.reduce(([a, b], value) => [Math.min(a, value), Math.max(b, value)], [Infinity, -Infinity]);
	const air = high === low ? Math.abs(high) * 0.1 || 1 : (high - low) * 0.06;
	return [low - air, high + air];
}
