import type { Battle } from './battle.ts';
import { columnsOf, logistic, rowOf, scoreAndInformation } from './fit.ts';
import { addOuter, dot, inverse, quadratic, solve, times } from './linear-algebra.ts';

/** What is wanted to be known: how one competitor compares with another. */
export type Wanted = readonly [one: string, other: string];

/**
 * Strengths differ by a few log-odds at the most: a spread of 2 a priori. It
 * lets those be reckoned with that nobody has judged, or that only ever won.
 */
const PRIOR = 1 / 2 ** 2;
const STEPS = 25;
/** Shares in which judgments are planned: what one share would tell is known before the next is dealt. */
const SHARES = 20;

/**
 * How much of the judgments to come each two competitors should get so that the
 * wanted differences become surer (c-optimal design, dealt share by share): the
 * variance of a difference c falls by w (c'V x)² / (1 + w x'V x) with one more
 * judgment of a pair x that is as uncertain as w = p (1 − p). Sums to 1.
 */
export function worthAsking(battles: readonly Battle[], competitors: readonly string[], wanted: readonly Wanted[], toCome: number): (one: string, other: string) => number {
	const names = [...new Set([...battles.flatMap(({ a, b }) => [a, b]), ...competitors])].sort();
	const columns = columnsOf(names, null, 0);
	const rows = battles.map((battle) => rowOf({ ...battle, style: [] }, columns));
	let strengths = new Float64Array(columns.size);
	for (let step = 0; step < STEPS; step++) {
		const { score, information } = withPrior(rows, strengths);
		const change = solve(information, score);
		if (!change) break;
		// The prior makes the summit round; a step of more than one log-odd is taken in pieces.
		strengths = strengths.map((value, index) => value + Math.max(-1, Math.min(1, change[index] ?? 0)));
		if (change.every((value) => Math.abs(value) < 1e-9)) break;
	}
	const { information } = withPrior(rows, strengths);
	const contrast = (one: string, other: string): Float64Array => {
		const x = new Float64Array(columns.size);
		x[columns.of.get(one) ?? 0] = 1;
		x[columns.of.get(other) ?? 0] = -1;
		return x;
	};
	const pairs = competitors.flatMap((one, index) => competitors.slice(index + 1).map((other) => {
		const x = contrast(one, other);
		const p = logistic((strengths[columns.of.get(one) ?? 0] ?? 0) - (strengths[columns.of.get(other) ?? 0] ?? 0));
		return { key: keyOf(one, other), x, spread: p * (1 - p), share: 0 };
	}));
	const goals = wanted.map(([one, other]) => contrast(one, other));
	for (let dealt = 0; dealt < SHARES; dealt++) {
		const covariance = inverse(information);
		if (!covariance) break;
		const gains = pairs.map(({ x, spread }) => {
			const turned = times(covariance, x);
			return goals.reduce((sum, goal) => sum + spread * dot(goal, turned) ** 2, 0) / (1 + spread * quadratic(x, covariance, x));
		});
		const all = gains.reduce((sum, gain) => sum + gain, 0);
		pairs.forEach((pair, index) => {
			const part = all > 0 ? (gains[index] ?? 0) / all : 1 / pairs.length;
			pair.share += part / SHARES;
			addOuter(information, pair.x, (part * toCome * pair.spread) / SHARES);
		});
	}
	const shares = new Map(pairs.map(({ key, share }) => [key, share]));
	return (one, other) => shares.get(keyOf(one, other)) ?? 0;
}

const keyOf = (one: string, other: string): string => JSON.stringify(one < other ? [one, other] : [other, one]);

/** Gradient and information of the likelihood with the prior. */
function withPrior(rows: Parameters<typeof scoreAndInformation>[0], strengths: Float64Array): ReturnType<typeof scoreAndInformation> {
	const { score, information } = scoreAndInformation(rows, strengths);
	strengths.forEach((value, index) => (score[index] = (score[index] ?? 0) - PRIOR * value));
	information.forEach((line, index) => (line[index] = (line[index] ?? 0) + PRIOR));
	return { score, information };
}
