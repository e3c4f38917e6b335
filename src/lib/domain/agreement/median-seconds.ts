import { bootstrapInterval, MIN_GROUPS, resamplesOf } from '../cluster-bootstrap.ts';
import { AGREEMENT_RESAMPLES, withoutInterval } from './agreement-figure.ts';
import type { AgreementFigure, AgreementOptions } from './agreement-figure.ts';

/** Time a judgment took, in seconds, idle time already taken off. */
export type TimedJudgment = { group: string; seconds: number };

/**
 * Median seconds a judgment took (the mean of the two middle ones where their
 * number is even) with a cluster bootstrap over prompt groups; `n` is the
 * judgments.
 * @throws RangeError on a time that is negative or not finite
 */
export function medianSeconds(judgments: readonly TimedJudgment[], options: AgreementOptions): AgreementFigure {
	const groups = new Set<string>();
	const seconds = new Float64Array(judgments.length);
	let count = 0;
	for (const { group, seconds: time } of judgments) {
		if (!(time >= 0 && time < Infinity)) throw new RangeError('medianSeconds: every time must be finite and not negative');
		groups.add(group);
		seconds[count] = time;
		count += 1;
	}
	seconds.sort();
	const names = [...groups].sort();
	const places = new Map(names.map((group, place) => [group, place]));
	const sizes = new Uint32Array(names.length);
	// Each judgment's group beside its time: of equal times it is all the same which comes first.
	const groupOf = new Uint32Array(judgments.length);
	const taken = new Uint32Array(judgments.length);
	for (const { group, seconds: time } of judgments) {
		const place = places.get(group) ?? 0;
		const first = firstNotBelow(seconds, time);
		groupOf[first + (taken[first] ?? 0)] = place;
		taken[first] = (taken[first] ?? 0) + 1;
		sizes[place] = (sizes[place] ?? 0) + 1;
	}
	/** Median with every judgment taken as often as its group was drawn. */
	const medianOf = (drawn: Uint32Array): number => {
		let total = 0;
		for (let group = 0; group < drawn.length; group++) total += (drawn[group] ?? 0) * (sizes[group] ?? 0);
		const [lower, upper] = [Math.floor((total - 1) / 2), Math.floor(total / 2)];
		let [place, upTo] = [0, drawn[groupOf[0] ?? 0] ?? 0];
		while (upTo <= lower) upTo += drawn[groupOf[(place += 1)] ?? 0] ?? 0;
		const atLower = seconds[place] ?? NaN;
		while (upTo <= upper) upTo += drawn[groupOf[(place += 1)] ?? 0] ?? 0;
		return (atLower + (seconds[place] ?? NaN)) / 2;
	};
	const figure = { value: judgments.length > 0 ? medianOf(new Uint32Array(names.length).fill(1)) : null, n: judgments.length, groups: names.length };
	if (figure.value === null) return withoutInterval(figure, 'no_observations');
	const interval = names.length < MIN_GROUPS ? null : bootstrapInterval(resamplesOf(names, { ...options, resamples: options.resamples ?? AGREEMENT_RESAMPLES }), medianOf);
	return interval ? { ...figure, ...interval, method: 'cluster_bootstrap' } : withoutInterval(figure, 'too_few');
}

/** The first place in sorted values whose value is not below. */
function firstNotBelow(sorted: Float64Array, value: number): number {
	let [low, high] = [0, sorted.length];
	while (low < high) {
		const middle = (low + high) >>> 1;
		if ((sorted[middle] ?? NaN) < value) low = middle + 1;
		else high = middle;
	}
	return low;
}
