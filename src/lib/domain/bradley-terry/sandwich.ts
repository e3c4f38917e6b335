import { logistic, logitOf, scoreAndInformation } from './fit.ts';
import type { ModelRow } from './fit.ts';
import { at, cholesky, dot, inverse, symmetricEigen, times, transposed, zeros } from './linear-algebra.ts';
import type { Matrix } from './linear-algebra.ts';

/** How what few clusters hide is made good: not at all, by a factor (as statsmodels does), or by bias-reduced linearisation. */
export type Correction = 'CR0' | 'CR1' | 'CR2';

/** A fitted model: its rows, coefficients, and the inverse of its information. */
export type Fitted = { rows: readonly ModelRow[]; coefficients: Float64Array; inverseInformation: Matrix };

/**
 * The inverse of the information at these coefficients. `ridge` is added to its
 * diagonal: what makes it invertible where no competitor is the anchor.
 * Null where the rows do not determine a coefficient.
 */
export function fitted(rows: readonly ModelRow[], coefficients: Float64Array, ridge = 0): Fitted | null {
	const { information } = scoreAndInformation(rows, coefficients);
	information.forEach((line, index) => (line[index] = (line[index] ?? 0) + ridge));
	const inverseInformation = inverse(information);
	return inverseInformation && { rows, coefficients, inverseInformation };
}

/** What a cluster's rows add up to, over the columns that they touch. */
type Cluster = { columns: number[]; place: Map<number, number>; score: number[]; information: number[][] };

function clustersOf({ rows, coefficients }: Fitted, names: readonly string[]): Cluster[] {
	const clusters = new Map<string, Cluster>();
	rows.forEach((row, index) => {
		const name = names[index] ?? '';
		const cluster: Cluster = clusters.get(name) ?? { columns: [], place: new Map(), score: [], information: [] };
		clusters.set(name, cluster);
		for (const column of row.columns) if (!cluster.place.has(column)) widen(cluster, column);
		const p = logistic(logitOf(row, coefficients));
		const residual = row.weight * (row.score - p);
		const spread = row.weight * p * (1 - p);
		row.columns.forEach((column, first) => {
			const line = cluster.place.get(column) ?? 0;
			const value = row.values[first] ?? 0;
			cluster.score[line] = (cluster.score[line] ?? 0) + residual * value;
			row.columns.forEach((other, second) => {
				const target = cluster.information[line];
				const spot = cluster.place.get(other) ?? 0;
				if (target) target[spot] = (target[spot] ?? 0) + spread * value * (row.values[second] ?? 0);
			});
		});
	});
	return [...clusters.values()];
}

/** Room for one more column. */
function widen({ columns, place, score, information }: Cluster, column: number): void {
	place.set(column, columns.length);
	columns.push(column);
	score.push(0);
	for (const line of information) line.push(0);
	information.push(columns.map(() => 0));
}

/** Below this share of a direction that others than the cluster determine, nothing of it can be estimated without the cluster. */
const ALONE = 1e-9;
const TERMS = 250;
const ENOUGH = 1e-14;

/**
 * A cluster's score as CR2 takes it: u'(I − H)^−½ e with H = u M u', the part of
 * the fit that the cluster's own rows make (Bell & McCaffrey 2002; Pustejovsky &
 * Tipton 2018). No matrix of the cluster's size is needed: with K = u'u and
 * s = u'e it is s + K Σ bₖ₊₁ (M K)ᵏ M s, bₖ the coefficients of (1 − λ)^−½.
 * Where the series is slow, because hardly anybody else says anything of some
 * direction, by eigenvectors.
 */
function linearised(cluster: Cluster, inverseInformation: Matrix): ArrayLike<number> {
	const { columns, information } = cluster;
	const inner = columns.map((row) => columns.map((column) => at(inverseInformation, row, column)));
	let term = times(inner, cluster.score);
	const sum = new Float64Array(columns.length);
	let coefficient = 1;
	for (let k = 1; k <= TERMS; k++) {
		coefficient *= (2 * k - 1) / (2 * k);
		let [size, most] = [0, 0];
		for (let index = 0; index < sum.length; index++) {
			const part = coefficient * (term[index] ?? 0);
			sum[index] = (sum[index] ?? 0) + part;
			size = Math.max(size, Math.abs(part));
			most = Math.max(most, Math.abs(sum[index] ?? 0));
		}
		if (size <= ENOUGH * most) return times(information, sum).map((value, index) => value + (cluster.score[index] ?? 0));
		term = times(inner, times(information, term));
	}
	return byEigenvectors(cluster, inner);
}

/** The same with M = L L' and the eigenvectors q of L' K L: s + Σ f(λ) (K L q)(q' L' s). */
function byEigenvectors({ information, score }: Cluster, inner: readonly number[][]): ArrayLike<number> {
	const lower = cholesky(inner.map((line) => Float64Array.from(line)));
	if (!lower) return score;
	const upper = transposed(lower);
	const { values, vectors } = symmetricEigen(upper.map((line) => times(upper, times(information, line))));
	const turned = times(upper, score);
	const result = Float64Array.from(score);
	values.forEach((value, index) => {
		const vector = vectors[index];
		if (!vector || value <= ALONE) return;
		const factor = (1 - value > ALONE ? 1 / Math.sqrt(1 - value) - 1 : -1) / value;
		const along = factor * dot(vector, turned);
		times(information, times(lower, vector)).forEach((part, row) => (result[row] = (result[row] ?? 0) + along * part));
	});
	return result;
}

/**
 * Covariance of the coefficients that holds however the rows of one cluster go
 * together (Liang & Zeger 1986): M (Σ s s') M over the clusters' scores s.
 * `names` gives the cluster of each row; without them each is its own (robust,
 * unclustered errors).
 */
export function sandwich(model: Fitted, names: readonly string[] | null, correction: Correction): { covariance: Matrix; clusters: number } {
	const size = model.coefficients.length;
	const clusters = clustersOf(model, names ?? model.rows.map((_, index) => String(index)));
	const meat = zeros(size, size);
	for (const cluster of clusters) {
		const score = correction === 'CR2' ? linearised(cluster, model.inverseInformation) : cluster.score;
		cluster.columns.forEach((row, first) => {
			const line = meat[row];
			if (line) cluster.columns.forEach((column, second) => (line[column] = (line[column] ?? 0) + (score[first] ?? 0) * (score[second] ?? 0)));
		});
	}
	const [groups, rows] = [clusters.length, model.rows.length];
	const factor = correction === 'CR1' ? (groups / (groups - 1)) * ((rows - 1) / (rows - size)) : 1;
	// M (Σ s s') M: `meat` and M are symmetric, so rows may stand for columns.
	const half = transposed(meat.map((line) => times(model.inverseInformation, line)));
	return { covariance: half.map((line) => times(model.inverseInformation, line).map((value) => factor * value)), clusters: groups };
}

/**
 * Covariances under two ways of going together at once (Cameron, Gelbach &
 * Miller 2011): of each, and V₁ + V₂ − V₁₂ of both. The last may fall below the
 * others, or below nought: hence all three.
 */
export type TwoWay = { first: Matrix; second: Matrix; both: Matrix; clusters: number };

export function twoWaySandwich(model: Fitted, first: readonly string[], second: readonly string[], correction: Correction): TwoWay {
	const [one, other] = [sandwich(model, first, correction), sandwich(model, second, correction)];
	const cross = sandwich(model, first.map((name, index) => JSON.stringify([name, second[index]])), correction);
	const both = one.covariance.map((line, row) => line.map((value, column) => value + at(other.covariance, row, column) - at(cross.covariance, row, column)));
	return { first: one.covariance, second: other.covariance, both, clusters: Math.min(one.clusters, other.clusters) };
}
