/** The range of an axis around one half that holds all of these, in tenths: intervals that are narrow can be told apart. */
export function axisAround(values: readonly number[]): { low: number; high: number } {
	const half = Math.min(0.5, Math.max(0.1, Math.ceil(Math.max(0, ...values.map((value) => Math.abs(value - 0.5))) * 10 - 1e-9) / 10));
	return { low: 0.5 - half, high: 0.5 + half };
}

/** Where a value lies on an axis, as SVG takes it; a little room at both ends for the mark. */
export function placeOn({ low, high }: { low: number; high: number }, value: number): string {
	return `${(4 + (92 * (value - low)) / (high - low)).toFixed(2)}%`;
}
