import { drawGroups } from './resamples.ts';
import type { JointResamples, Resamples } from './resamples.ts';
import { wilsonInterval } from './wilson.ts';

/** Fewer prompt groups than this are "too few to say": no interval, no verdict (semantics 19). */
export const MIN_GROUPS = 20;
export const RESAMPLES = 2000;

/** One observation and the prompt group it belongs to. */
export type Grouped = { group: string; value: number };

/** An estimate as pages show it. `value` is null without observations, the bounds with fewer than 20 groups. */
export type Figure = {
	value: number | null;
	/** 95 % interval. */
	low: number | null;
	high: number | null;
	/** Observations (pairs, comparisons). */
	n: number;
	/** Prompt groups: the unit. */
	groups: number;
	tooFew: boolean;
	method: 'cluster_bootstrap' | 'wilson' | 'sandwich' | 'none';
};

export type BootstrapOptions = {
	/** Stored with the figure, so that anyone gets the same bounds again. */
	seed: string;
	/** Default 2,000. */
	resamples?: number;
	/** Whether the values lie in [0, 1], all or nothing or in between. */
	proportion?: boolean;
	/** Resamples that other figures read too, in the place of own ones. */
	joint?: JointResamples | undefined;
};

/** The resamples that a figure about these groups reads: those it shares, or its own. */
export function resamplesOf(groups: readonly string[], { seed, resamples, joint }: Pick<BootstrapOptions, 'seed' | 'resamples' | 'joint'>): Resamples {
	return joint?.of(groups) ?? drawGroups(groups.length, { seed, resamples: resamples ?? RESAMPLES });
}

/** Observations by group, groups and values in an order that does not depend on the input's. */
export function byGroup<T extends { group: string }>(items: readonly T[], order: (x: T, y: T) => number): T[][] {
	const groups = new Map<string, T[]>();
	// Most come group by group: what follows its own kind needs no looking up.
	let [group, members]: [string | null, T[]] = [null, []];
	for (const item of items) {
		if (group !== item.group) {
			group = item.group;
			members = groups.get(group) ?? [];
			if (members.length === 0) groups.set(group, members);
		}
		members.push(item);
	}
	return [...groups.entries()].sort(([x], [y]) => (x < y ? -1 : 1)).map(([, all]) => all.sort(order));
}

/**
 * Percentile cluster bootstrap (Efron; Davison & Hinkley 1997, 2.4 and 3.8):
 * with whole groups drawn with replacement, computes `statistic` from how often
 * each group was drawn, and gives the 2.5 and 97.5 % points of the results
 * (linear between order statistics). Resamples without a value (NaN) are left out.
 */
export function bootstrapInterval(resamples: Resamples, statistic: (drawn: Uint32Array) => number): { low: number; high: number } | null {
	const results: number[] = [];
	for (const drawn of resamples) {
		const result = statistic(drawn);
		if (!Number.isNaN(result)) results.push(result);
	}
	if (results.length === 0) return null;
	const sorted = Float64Array.from(results).sort();
	return { low: quantile(sorted, 0.025), high: quantile(sorted, 0.975) };
}

function quantile(sorted: Float64Array, share: number): number {
	const place = (sorted.length - 1) * share;
	const below = sorted[Math.floor(place)] ?? NaN;
	const above = sorted[Math.ceil(place)] ?? NaN;
	return below + (above - below) * (place - Math.floor(place));
}

/**
 * The mean over all observations, with an interval that knows that observations
 * of one group go together; see `meanOfSums`.
 * @throws RangeError on a value that is not finite: callers count those apart
 */
export function clusterMean(items: readonly Grouped[], options: BootstrapOptions): Figure {
	if (items.some(({ value }) => !Number.isFinite(value))) throw new RangeError('clusterMean: every value must be finite');
	const groups = byGroup(items, (x, y) => x.value - y.value);
	return meanOfSums(
		groups.map((members) => ({ group: members[0]?.group ?? '', sum: members.reduce((sum, { value }) => sum + value, 0), size: members.length })),
		options
	);
}

/** What the observations of one group add up to, and how many they are: at least one. */
export type GroupSum = { group: string; sum: number; size: number };

/**
 * The mean over all observations from their sums by group, each group once and
 * in any order: percentile cluster bootstrap over groups. Where every observation
 * is 0 or every one is 1, resampling can give nothing else and would claim
 * certainty: for proportions Wilson over groups stands in, as if each group were
 * one trial.
 */
export function meanOfSums(unordered: readonly GroupSum[], options: BootstrapOptions): Figure {
	const groups = [...unordered].sort((x, y) => (x.group < y.group ? -1 : 1));
	const sums = Float64Array.from(groups, ({ sum }) => sum);
	const sizes = Uint32Array.from(groups, ({ size }) => size);
	const meanOf = (drawn: Uint32Array): number => {
		let [sum, size] = [0, 0];
		for (let group = 0; group < drawn.length; group++) {
			const times = drawn[group] ?? 0;
			sum += times * (sums[group] ?? 0);
			size += times * (sizes[group] ?? 0);
		}
		return sum / size;
	};
	const value = groups.length > 0 ? meanOf(new Uint32Array(groups.length).fill(1)) : null;
	const figure = { value, n: sizes.reduce((total, size) => total + size, 0), groups: groups.length };
	if (value === null || groups.length < MIN_GROUPS) return { ...figure, low: null, high: null, tooFew: true, method: 'none' };
	if (options.proportion && (value === 0 || value === 1)) {
		return { ...figure, ...wilsonInterval(value * groups.length, groups.length), tooFew: false, method: 'wilson' };
	}
	const names = groups.map(({ group }) => group);
	const interval = bootstrapInterval(resamplesOf(names, options), meanOf);
	return { ...figure, low: interval?.low ?? null, high: interval?.high ?? null, tooFew: false, method: 'cluster_bootstrap' };
}

/** Where a figure lies against a value such as ½ or 0: decided only when the whole interval is on one side. */
export function verdictAgainst(figure: Figure, reference: number): 'above' | 'below' | 'unclear' | 'too_few' {
	if (figure.tooFew || figure.low === null || figure.high === null) return 'too_few';
	if (figure.low > reference) return 'above';
	return figure.high < reference ? 'below' : 'unclear';
}
