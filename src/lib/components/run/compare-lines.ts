import type { CurvePoint } from '#lib/domain/compare-runs.ts';

// Okabe and Ito's palette, darkened for paper and lightened for night.
const HUES = ['light-dark(#0a5ea8, #7db8ee)', 'light-dark(#b34700, #f0a06a)', 'light-dark(#00694a, #5fcba4)', 'light-dark(#8a3a72, #d99bc4)', 'light-dark(#7a5c00, #e3bf4c)', 'light-dark(#444, #bbb)'];
const DASHES = ['', '7 3', '2 3'];

/** How the n-th of several lines is drawn: by hue, then by dash; after eighteen they come again. */
export function lineLook(n: number): { colour: string; dash: string } {
	return { colour: HUES[n % HUES.length] ?? 'currentColor', dash: DASHES[Math.floor(n / HUES.length) % DASHES.length] ?? '' };
}

/** Mean over a window of points around each; at the ends over what there is of it. */
export function smoothed(points: readonly CurvePoint[], width: number): CurvePoint[] {
	return points.map(({ x }, index) => {
		const reach = Math.floor(width / 2);
		const near = points.slice(Math.max(0, index - reach), index + reach + 1);
		return { x, y: near.reduce((sum, { y }) => sum + y, 0) / near.length };
	});
}

/** Decimal logarithms; what has none is left out. */
export function logarithmic(points: readonly CurvePoint[]): CurvePoint[] {
	return points.flatMap(({ x, y }) => (y > 0 ? [{ x, y: Math.log10(y) }] : []));
}

/** Ends one curve before the next where both are one path. */
const GAP: CurvePoint = { x: NaN, y: NaN };

/** Lines that look alike as one, with a gap between any two: their points, a point that is no number, the points of the next. */
export function byLook<L extends { colour: string; dash: string; points: readonly CurvePoint[] }>(lines: readonly L[]): { colour: string; dash: string; points: CurvePoint[] }[] {
	const looks = Map.groupBy(lines, ({ colour, dash }) => `${colour} ${dash}`);
	return [...looks.values()].flatMap((alike) => {
		const points = alike.flatMap((line, at) => (at === 0 ? line.points : [GAP, ...line.points]));
		return alike.slice(0, 1).map(({ colour, dash }) => ({ colour, dash, points }));
	});
}

/** Lowest and highest of some curves across and up, with a little air above and below. */
export function frameOf(curves: readonly (readonly CurvePoint[])[]): { x: [number, number]; y: [number, number] } {
	let [left, right, low, high] = [Infinity, -Infinity, Infinity, -Infinity];
	for (const curve of curves) {
		for (const { x, y } of curve) [left, right, low, high] = [Math.min(left, x), Math.max(right, x), Math.min(low, y), Math.max(high, y)];
	}
	if (left > right) return { x: [0, 1], y: [0, 1] };
	const air = high === low ? Math.abs(high) * 0.1 || 1 : (high - low) * 0.06;
	return { x: [Math.min(0, left), right > 0 ? right : 1], y: [low - air, high + air] };
}
