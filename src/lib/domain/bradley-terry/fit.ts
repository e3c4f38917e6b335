import type { Battle } from './battle.ts';
import { dot, solve, zeros } from './linear-algebra.ts';
import type { Matrix } from './linear-algebra.ts';

/** The columns of a model: a strength for each competitor but the anchor, whose is nought, then the effects of style. */
export type Columns = {
	/** The column of each competitor; the anchor has none (−1). */
	of: ReadonlyMap<string, number>;
	features: number;
	size: number;
};

/** Columns for these competitors. Without an anchor each has one, and only differences of strengths are determined. */
export function columnsOf(competitors: readonly string[], anchor: string | null, features: number): Columns {
	const of = new Map<string, number>();
	let next = 0;
	for (const competitor of competitors) of.set(competitor, competitor === anchor ? -1 : next++);
	return { of, features, size: next + features };
}

/** A battle as a row of the model: which columns it touches, with what. At most two strengths and the features. */
export type ModelRow = { columns: number[]; values: number[]; score: number; weight: number };

/** The row of a battle. @throws RangeError when it names a competitor without a column */
export function rowOf(battle: Battle, { of, features, size }: Columns): ModelRow {
	const [a, b] = [of.get(battle.a), of.get(battle.b)];
	if (a === undefined || b === undefined) throw new RangeError(`no column for ${battle.a} or ${battle.b}`);
	const row: ModelRow = { columns: [], values: [], score: battle.score, weight: battle.weight };
	const put = (column: number, value: number): void => {
		if (column < 0) return;
		row.columns.push(column);
		row.values.push(value);
	};
	put(a, 1);
	put(b, -1);
	battle.style.forEach((value, feature) => put(size - features + feature, value));
	return row;
}

/** The linear predictor of a row: log-odds that a wins. */
export function logitOf({ columns, values }: ModelRow, coefficients: ArrayLike<number>): number {
	let sum = 0;
	for (let index = 0; index < columns.length; index++) sum += (values[index] ?? 0) * (coefficients[columns[index] ?? 0] ?? 0);
	return sum;
}

/** Log-odds as a probability. */
export const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

/** ln(1 + eˣ) without overflow. */
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** Gradient of the log-likelihood and the information, at these coefficients. */
export function scoreAndInformation(rows: readonly ModelRow[], coefficients: ArrayLike<number>): { score: Float64Array; information: Matrix } {
	const size = coefficients.length;
	const score = new Float64Array(size);
	const information = zeros(size, size);
	for (const row of rows) {
		const p = logistic(logitOf(row, coefficients));
		addRow(row, row.weight * (row.score - p), score, row.weight * p * (1 - p), information);
	}
	return { score, information };
}

/** Adds residual · x to a vector and spread · x xᵀ to a matrix. */
function addRow({ columns, values }: ModelRow, residual: number, score: Float64Array, spread: number, information: Matrix): void {
	for (let index = 0; index < columns.length; index++) {
		const column = columns[index] ?? 0;
		const value = values[index] ?? 0;
		score[column] = (score[column] ?? 0) + residual * value;
		const line = information[column];
		if (!line) continue;
		for (let other = 0; other < columns.length; other++) line[columns[other] ?? 0] = (line[columns[other] ?? 0] ?? 0) + spread * value * (values[other] ?? 0);
	}
}

function logLikelihood(rows: readonly ModelRow[], coefficients: ArrayLike<number>): number {
	let sum = 0;
	for (const row of rows) {
		const logit = logitOf(row, coefficients);
		sum += row.weight * (row.score * logit - softplus(logit));
	}
	return sum;
}

const ITERATIONS = 60;
/** Ends when a Newton step promises less than this of the log-likelihood, a battle. */
const ENOUGH = 1e-15;
/** Log-odds beyond which a coefficient runs away: the judgments are all of one mind along some direction. */
const RUNAWAY = 30;

/**
 * The coefficients with the greatest likelihood, by Newton's method with halved
 * steps where a whole one would go too far: the likelihood has one summit. Null
 * where it has none that is finite, or the judgments do not determine a
 * coefficient.
 */
export function maximumLikelihood(rows: readonly ModelRow[], size: number): Float64Array | null {
	let coefficients = new Float64Array(size);
	let likelihood = logLikelihood(rows, coefficients);
	const enough = ENOUGH * rows.reduce((sum, { weight }) => sum + weight, 0);
	for (let iteration = 0; iteration < ITERATIONS; iteration++) {
		const { score, information } = scoreAndInformation(rows, coefficients);
		const step = solve(information, score);
		if (!step) return null;
		if (dot(step, score) <= enough) return coefficients;
		let scale = 1;
		for (;;) {
			const next = coefficients.map((value, index) => value + scale * (step[index] ?? 0));
			const reached = logLikelihood(rows, next);
			if (reached >= likelihood || scale < 1e-9) {
				[coefficients, likelihood] = [next, reached];
				break;
			}
			scale /= 2;
		}
		if (coefficients.some((value) => Math.abs(value) > RUNAWAY)) return null;
	}
	return null;
}
