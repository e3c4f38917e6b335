import { bootstrapInterval, byGroup, MIN_GROUPS, resamplesOf } from '../cluster-bootstrap.ts';
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
	if (judgments.some(({ seconds }) => !(seconds >= 0 && seconds < Infinity))) throw new RangeError('medianSeconds: every time must be finite and not negative');
	const groups = byGroup(judgments, () => 0);
	const sizes = Uint32Array.from(groups, (members) => members.length);
	const times = new Float64Array(judgments.length);
	const owners = new Uint32Array(judgments.length);
	let count = 0;
	for (const [group, members] of groups.entries()) {
		for (const { seconds } of members) {
			times[count] = seconds;
			owners[count] = group;
			count += 1;
		}
	}
	const ranks = Uint32Array.from(times.keys()).sort((x, y) => (times[x] ?? 0) - (times[y] ?? 0));
	const seconds = Float64Array.from(ranks, (place) => times[place] ?? NaN);
	const groupOf = Uint32Array.from(ranks, (place) => owners[place] ?? 0);
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
	const figure = { value: judgments.length > 0 ? medianOf(new Uint32Array(groups.length).fill(1)) : null, n: judgments.length, groups: groups.length };
	if (figure.value === null) return withoutInterval(figure, 'no_observations');
	const names = groups.map((members) => members[0]?.group ?? '');
	const interval = groups.length < MIN_GROUPS ? null : bootstrapInterval(resamplesOf(names, { ...options, resamples: options.resamples ?? AGREEMENT_RESAMPLES }), medianOf);
	return interval ? { ...figure, ...interval, method: 'cluster_bootstrap' } : withoutInterval(figure, 'too_few');
}
