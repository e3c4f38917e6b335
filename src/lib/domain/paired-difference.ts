import { byGroup, clusterMean } from './cluster-bootstrap.ts';
import type { BootstrapOptions, Figure, Grouped } from './cluster-bootstrap.ts';
import { createRng } from './rng.ts';

/** How one thing differs from another on the same prompts. */
export type PairedDifference = {
	/** Mean over prompt groups of the mean difference within each, with its 95 % interval; `n` are single differences. */
	difference: Figure;
	/** Two-sided, from sign flips of the groups' means; null under 20 groups: too few to say (semantics 19). */
	p: number | null;
	groups: number;
};

/** Up to so many groups that differ, every pattern of signs is looked at; beyond, so many are drawn. */
const EXACT_UP_TO = 14;
const FLIPS = 19_999;

/** Sums that differ by less than this share of what they are made of are equal: addition in another order rounds otherwise. */
const ROUNDING = 1e-12;

/**
 * The groups' means, each an observation of its own: the prompt group is the
 * unit (semantics 19), so that a group with many prompts or samples weighs no
 * more than one with a single one.
 */
export function groupMeans(items: readonly Grouped[]): Grouped[] {
	return byGroup(items, (x, y) => x.value - y.value).map((members) => ({ group: members[0]?.group ?? '', value: members.reduce((sum, { value }) => sum + value, 0) / members.length }));
}

/** A mean over prompt groups, each weighing the same, with its interval; `n` are the observations. @throws RangeError on a value that is not finite */
export function groupedMean(items: readonly Grouped[], options: BootstrapOptions): Figure {
	return { ...clusterMean(groupMeans(items), options), n: items.length };
}

/**
 * A paired difference: interval by cluster bootstrap over prompt groups, p by
 * flipping the signs of the groups' means (Fisher's randomisation test; exact
 * with few groups that differ, else drawn, where the observed one counts among
 * the drawn: Phipson & Smyth 2010, so that p is never 0). Both are about the same
 * mean over groups. The same input and seed give the same digits in any order.
 * @param items each the value of the one less that of the other on the same prompt and sample
 * @throws RangeError on a value that is not finite
 */
export function pairedDifference(items: readonly Grouped[], options: { seed: string; resamples?: number }): PairedDifference {
	const difference = groupedMean(items, options);
	const p = difference.tooFew ? null : signFlipP(groupMeans(items).map(({ value }) => value), options.seed);
	return { difference, p, groups: difference.groups };
}

/** Two-sided p of a mean of 0 if every value's sign were a coin's. Zeros say nothing and are left out. */
function signFlipP(means: readonly number[], seed: string): number {
	const values = means.filter((value) => value !== 0);
	if (values.length === 0) return 1;
	const slack = ROUNDING * values.reduce((sum, value) => sum + Math.abs(value), 0);
	const observed = Math.abs(values.reduce((sum, value) => sum + value, 0)) - slack;
	return values.length <= EXACT_UP_TO ? exactShare(values, observed) : drawnShare(values, observed, seed);
}

function exactShare(values: readonly number[], observed: number): number {
	const patterns = 2 ** values.length;
	let extreme = 0;
	for (let pattern = 0; pattern < patterns; pattern++) {
		const sum = values.reduce((total, value, place) => total + ((pattern >> place) & 1 ? value : -value), 0);
		if (Math.abs(sum) >= observed) extreme += 1;
	}
	return extreme / patterns;
}

function drawnShare(values: readonly number[], observed: number, seed: string): number {
	const rng = createRng(`signs/${seed}`);
	let extreme = 1;
	for (let flip = 0; flip < FLIPS; flip++) {
		let sum = 0;
		let signs = 0;
		for (let place = 0; place < values.length; place++) {
			// One draw gives 32 signs.
			if (place % 32 === 0) signs = rng.int(2 ** 32);
			sum += (signs >>> place % 32) & 1 ? (values[place] ?? 0) : -(values[place] ?? 0);
		}
		if (Math.abs(sum) >= observed) extreme += 1;
	}
	return extreme / (FLIPS + 1);
}
