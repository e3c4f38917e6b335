/** An estimate as the API gives it; bounds are null under 20 prompt groups. */
export type Figure = { value: number | null; low: number | null; high: number | null; n: number; groups: number };

/** `1:05` for 65 seconds. */
export function clock(seconds: number): string {
	const whole = Math.round(seconds);
	return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

const percent = (value: number) => `${(100 * value).toFixed(1)} %`;
const nats = (value: number) => `${value.toFixed(2)}`;

function withInterval({ value, low, high }: Figure, unit: (value: number) => string): string {
	if (value === null) return '—';
	return low === null || high === null ? `${unit(value)} (too few groups for an interval)` : `${unit(value)} [${unit(low)} to ${unit(high)}]`;
}

/** A share with its 95 % interval. */
export const share = (figure: Figure | null | undefined): string => (figure ? withInterval(figure, percent) : '—');

/** A margin in nats with its 95 % interval. */
export const margin = (figure: Figure | null | undefined): string => (figure ? withInterval(figure, nats) : '—');

/** What a stage took, in the order of the stages. */
export type StageTimes = { name: string; seconds: number }[];

/** Prints a stage's title, runs it, and notes how long it took. */
export async function stage<T>(times: StageTimes, name: string, work: () => Promise<T>): Promise<T> {
	const began = performance.now();
	console.log(`\n── ${name}`);
	const result = await work();
	times.push({ name, seconds: (performance.now() - began) / 1000 });
	return result;
}

/** A function that prints at most one line in `everyMs`, so that a log stays readable without a terminal. */
export function sparingly(everyMs: number): (line: () => string) => void {
	let last = performance.now();
	return (line) => {
		if (performance.now() - last < everyMs) return;
		last = performance.now();
		console.log(line());
	};
}
