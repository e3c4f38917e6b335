import { byGroup, clusterMean, MIN_GROUPS } from './cluster-bootstrap.ts';
import type { Figure } from './cluster-bootstrap.ts';
import { half, marginOf, scorable } from './preference-accuracy.ts';
import type { ScoredPair } from './preference-accuracy.ts';
import type { TrainingRecipe } from './training-recipe.ts';

/** Pairs whose margins are about as large, whichever answer they are for. */
export type MarginBin = {
	/** Least and greatest margin, without its sign, in nats. */
	from: number;
	to: number;
	/** Mean share of agreement that the margins promise; null where they promise none. */
	promised: number | null;
	/** Share of pairs in which people preferred the answer that the margin is for; an exact zero counts ½. */
	agreed: Figure;
};

/** Whether the size of a margin tells how likely people are to agree. */
export type MarginCalibration = {
	/** What a nat of margin counts for in the model's own odds: β of the training, 1 for a reward model; null where its loss says nothing of odds. */
	scale: number | null;
	bins: MarginBin[];
	/** What a nat counts for in people's odds, by maximum likelihood: as large as `scale` when the margins promise what people do, smaller when they promise too much. Null value: no finite one, since all margins lie on one side. */
	observed: Figure;
	/** Expected calibration error: mean distance of promised and observed share over the bins, by pairs; null without a scale or with too few. */
	error: number | null;
};

/** What a nat of margin counts for in a model's odds of being agreed with, by what it was trained on: only losses of Bradley and Terry's form say. */
export function marginScale(recipe: TrainingRecipe): number | null {
	if (recipe.objective === 'rm') return 1;
	return recipe.objective === 'dpo' && recipe.lossType !== 'ipo' ? recipe.beta : null;
}

/** Bins of a diagram, and pairs that each must hold. */
const BINS = { most: 5, pairs: 20 } as const;

const sigmoid = (x: number): number => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)));

type Margin = { group: string; value: number };

/** Cuts at quantiles of the margins' sizes; equal sizes are never parted. */
function binned(margins: readonly Margin[]): Margin[][] {
	const sizes = margins.map(({ value }) => Math.abs(value)).sort((x, y) => x - y);
	const count = Math.max(1, Math.min(BINS.most, Math.floor(margins.length / BINS.pairs)));
	const cuts = Array.from({ length: count - 1 }, (_, place) => sizes[Math.ceil(((place + 1) * sizes.length) / count) - 1] ?? Infinity);
	const bins = Map.groupBy(margins, ({ value }) => cuts.filter((cut) => Math.abs(value) > cut).length);
	return [...bins].sort(([x], [y]) => x - y).map(([, members]) => members);
}

/** First derivative of the log-likelihood, and the second without its sign. */
const slopeAt = (margins: readonly number[], t: number): number => margins.reduce((sum, m) => sum + m * sigmoid(-t * m), 0);
const bendAt = (margins: readonly number[], t: number): number => margins.reduce((sum, m) => sum + m * m * sigmoid(t * m) * sigmoid(-t * m), 0);

const STEPS = 100;

/**
 * The t that makes what was seen likeliest when P(people prefer the chosen answer)
 * = σ(t·margin), as if which of the two was chosen had been a coin of that bias.
 * Concave: Newton's steps, halved where they overshoot. Null without a finite one.
 */
function likeliest(margins: readonly number[]): number | null {
	if (!(margins.some((m) => m > 0) && margins.some((m) => m < 0))) return null;
	const likelihood = (t: number): number => margins.reduce((sum, m) => sum - (t * m > 0 ? Math.log1p(Math.exp(-t * m)) : Math.log1p(Math.exp(t * m)) - t * m), 0);
	let t = 0;
	for (let step = 0; step < STEPS; step++) {
		let move = slopeAt(margins, t) / bendAt(margins, t);
		for (let halved = 0; halved < 50 && likelihood(t + move) < likelihood(t); halved++) move /= 2;
		t += move;
		if (Math.abs(move) <= 1e-10 * Math.max(1, Math.abs(t))) break;
	}
	return t;
}

/** The same with an interval whose errors are clustered by prompt group (Liang & Zeger 1986, with G/(G − 1)). */
function observedScale(margins: readonly Margin[]): Figure {
	const groups = byGroup(margins, (x, y) => x.value - y.value);
	const t = likeliest(groups.flat().map(({ value }) => value));
	const figure = { value: t, n: margins.length, groups: groups.length, tooFew: groups.length < MIN_GROUPS };
	if (t === null || figure.tooFew) return { ...figure, low: null, high: null, method: 'none' };
	const values = groups.map((members) => members.map(({ value }) => value));
	const spread = values.reduce((sum, members) => sum + slopeAt(members, t) ** 2, 0);
	const error = Math.sqrt((groups.length / (groups.length - 1)) * spread) / bendAt(values.flat(), t);
	return { ...figure, low: t - 1.959963984540054 * error, high: t + 1.959963984540054 * error, method: 'sandwich' };
}

/**
 * Calibration of the margin on held-out pairs: a loss of Bradley and Terry's form
 * (DPO's, a reward model's) takes σ(scale·margin) for the probability that people
 * prefer the answer that the margin is for. Shown as a reliability diagram with
 * its expected error (Guo et al. 2017, arXiv 1706.04599) and as the scale that
 * people's choices show (Cox 1958; Platt). Null without a pair that was scored.
 * @throws RangeError when an answer has no tokens
 */
export function marginCalibration(pairs: readonly ScoredPair[], options: { seed: string; scale: number | null; resamples?: number }): MarginCalibration | null {
	const margins = pairs.filter(scorable).map((pair): Margin => ({ group: pair.group, value: marginOf(pair) }));
	if (margins.length === 0) return null;
	const { scale, ...bootstrap } = options;
	const bins = binned(margins).map((members): MarginBin => {
		const sizes = members.map(({ value }) => Math.abs(value)).sort((x, y) => x - y);
		return {
			from: sizes[0] ?? 0,
			to: sizes.at(-1) ?? 0,
			promised: scale === null ? null : sizes.reduce((sum, size) => sum + sigmoid(scale * size), 0) / sizes.length,
			agreed: clusterMean(members.map(({ group, value }) => ({ group, value: half(value) })), { ...bootstrap, proportion: true })
		};
	});
	const observed = observedScale(margins);
	const off = bins.reduce((sum, { promised, agreed }) => sum + agreed.n * Math.abs((promised ?? NaN) - (agreed.value ?? NaN)), 0) / margins.length;
	return { scale, bins, observed, error: scale === null || observed.tooFew ? null : off };
}
