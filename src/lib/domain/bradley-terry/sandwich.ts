import { logistic, logitOf, scoreAndInformation } from './fit.ts';
import type { ModelRow } from './fit.ts';
import { addOuter, at, cholesky, dot, inverse, symmetricEigen, times, zeros } from './linear-algebra.ts';
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
type Cluster = { columns: number[]; place: Map<number, number>; score: number[]; information: Matrix };

function clustersOf({ rows, coefficients }: Fitted, names: readonly string[]): Cluster[] {
	const clusters = new Map<string, Cluster>();
	rows.forEach((row, index) => {
		const name = names[index] ?? '';
		const cluster = clusters.get(name) ?? { columns: [], place: new Map<number, number>(), score: [], information: [] };
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
function widen(cluster: Cluster, column: number): void {
	cluster.place.set(column, cluster.columns.length);
	cluster.columns.push(column);
	cluster.score.push(0);
	cluster.information = cluster.information.map((line) => Float64Array.from([...line, 0]));
	cluster.information.push(new Float64Array(cluster.columns.length));
}

/** Below this share of a direction that others than the cluster determine, nothing of it can be estimated without the cluster. */
const ALONE = 1e-9;

/**
 * A cluster's score as CR2 takes it: u'(I − H)^−½ e with H = u M u', the part of
 * the fit that the cluster's own rows make (Bell & McCaffrey 2002; Pustejovsky &
 * Tipton 2018). With M = L L' and the eigenvectors q of L' u'u L it needs no
 * matrix of the cluster's size: u'e + Σ f(λ) (u'u L q)(q' L' u'e).
 */
function linearised(cluster: Cluster, inverseInformation: Matrix): readonly number[] {
	const inner = cluster.columns.map((row) => Float64Array.from(cluster.columns, (column) => at(inverseInformation, row, column)));
	const lower = cholesky(inner);
	if (!lower) return cluster.score;
	const size = cluster.columns.length;
	// Rows of K L and of L' (K L).
	const spread = cluster.information.map((line) => Float64Array.from({ length: size }, (_, column) => sumOf(size, (k) => (line[k] ?? 0) * at(lower, k, column))));
	const own = Array.from({ length: size }, (_, row) => Float64Array.from({ length: size }, (__, column) => sumOf(size, (k) => at(lower, k, row) * at(spread, k, column))));
	const turned = Float64Array.from({ length: size }, (_, row) => sumOf(size, (k) => at(lower, k, row) * (cluster.score[k] ?? 0)));
	const { values, vectors } = symmetricEigen(own);
	const result = [...cluster.score];
	values.forEach((value, index) => {
		const vector = vectors[index];
		if (!vector || value <= ALONE) return;
		const factor = (1 - value > ALONE ? 1 / Math.sqrt(1 - value) - 1 : -1) / value;
		const along = factor * dot(vector, turned);
		times(spread, vector).forEach((part, row) => (result[row] = (result[row] ?? 0) + along * part));
	});
	return result;
}

function sumOf(size: number, term: (k: number) => number): number {
	let sum = 0;
	for (let k = 0; k < size; k++) sum += term(k);
	return sum;
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
	const wide = new Float64Array(size);
	for (const cluster of clusters) {
		const score = correction === 'CR2' ? linearised(cluster, model.inverseInformation) : cluster.score;
		wide.fill(0);
		cluster.columns.forEach((column, index) => (wide[column] = score[index] ?? 0));
		addOuter(meat, wide, 1);
	}
	const half = meat.map((line) => times(model.inverseInformation, line));
	const [groups, rows] = [clusters.length, model.rows.length];
	const factor = correction === 'CR1' ? (groups / (groups - 1)) * ((rows - 1) / (rows - size)) : 1;
	const covariance = zeros(size, size);
	// M meat M: `half` holds (M meat)' by rows, which M turns once more.
	half.forEach((line, column) => line.forEach((value, row) => {
		const target = covariance[row];
		if (target) target[column] = value;
	}));
	return { covariance: covariance.map((line) => times(model.inverseInformation, line).map((value) => factor * value)), clusters: groups };
}

/**
 * Covariances under two ways of going together at once (Cameron, Gelbach &
 * Miller 2011): of each, and V₁ + V₂ − V₁₂ of both. The last may fall below the
 * others, or below nought: a variance is read with `twoWayVariance`.
 */
export type TwoWay = { first: Matrix; second: Matrix; both: Matrix; clusters: number };

export function twoWaySandwich(model: Fitted, first: readonly string[], second: readonly string[], correction: Correction): TwoWay {
	const [one, other] = [sandwich(model, first, correction), sandwich(model, second, correction)];
	const cross = sandwich(model, first.map((name, index) => JSON.stringify([name, second[index]])), correction);
	const both = one.covariance.map((line, row) => line.map((value, column) => value + at(other.covariance, row, column) - at(cross.covariance, row, column)));
	return { first: one.covariance, second: other.covariance, both, clusters: Math.min(one.clusters, other.clusters) };
}
