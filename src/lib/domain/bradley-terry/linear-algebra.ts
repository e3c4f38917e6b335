/** A dense matrix by rows. The sizes here are those of a project's checkpoints: tens, a few hundred at the most. */
export type Matrix = Float64Array[];

/** A matrix of noughts. */
export const zeros = (rows: number, columns: number): Matrix => Array.from({ length: rows }, () => new Float64Array(columns));

/** A value by row and column; outside it there is nothing. */
export const at = (matrix: readonly ArrayLike<number>[], row: number, column: number): number => matrix[row]?.[column] ?? 0;

/** Rows for columns. */
export const transposed = (matrix: Matrix): Matrix => Array.from({ length: matrix[0]?.length ?? 0 }, (_, column) => Float64Array.from(matrix, (row) => row[column] ?? 0));

/** The scalar product of two vectors of one length. */
export function dot(x: ArrayLike<number>, y: ArrayLike<number>): number {
	let sum = 0;
	for (let index = 0; index < x.length; index++) sum += (x[index] ?? 0) * (y[index] ?? 0);
	return sum;
}

/** A matrix times a vector. */
export function times(matrix: readonly ArrayLike<number>[], vector: ArrayLike<number>): Float64Array {
	// A loop: this is where the time of a ranking goes, and Float64Array.from with a function is ten times as slow.
	const result = new Float64Array(matrix.length);
	for (let row = 0; row < matrix.length; row++) result[row] = dot(matrix[row] ?? result, vector);
	return result;
}

/** Adds `scale` · x xᵀ to a symmetric matrix, in place. */
export function addOuter(matrix: Matrix, x: ArrayLike<number>, scale: number): void {
	for (let row = 0; row < matrix.length; row++) {
		const factor = scale * (x[row] ?? 0);
		const line = matrix[row];
		if (factor === 0 || !line) continue;
		for (let column = 0; column < line.length; column++) line[column] = (line[column] ?? 0) + factor * (x[column] ?? 0);
	}
}

/** xᵀ M y. */
export const quadratic = (x: ArrayLike<number>, matrix: Matrix, y: ArrayLike<number>): number => dot(x, times(matrix, y));

/** Pivots below this share of the largest on the diagonal are noise: the matrix does not determine that direction. */
const SINGULAR = 1e-12;

/** Lower triangle L of a symmetric positive definite matrix with L Lᵀ = matrix (Cholesky); null when it is not positive definite. */
export function cholesky(matrix: Matrix): Matrix | null {
	const size = matrix.length;
	const lower = zeros(size, size);
	const least = SINGULAR * Math.max(...matrix.map((row, index) => Math.abs(row[index] ?? 0)), Number.MIN_VALUE);
	for (let row = 0; row < size; row++) {
		for (let column = 0; column <= row; column++) {
			let rest = at(matrix, row, column);
			for (let inner = 0; inner < column; inner++) rest -= at(lower, row, inner) * at(lower, column, inner);
			if (row === column && !(rest > least)) return null;
			const line = lower[row];
			if (line) line[column] = row === column ? Math.sqrt(rest) : rest / at(lower, column, column);
		}
	}
	return lower;
}

/** The inverse of a symmetric positive definite matrix; null when it is not positive definite. */
export function inverse(matrix: Matrix): Matrix | null {
	const lower = cholesky(matrix);
	if (!lower) return null;
	const size = matrix.length;
	const result = zeros(size, size);
	for (let column = 0; column < size; column++) {
		const unit = new Float64Array(size);
		unit[column] = 1;
		solveLower(lower, unit).forEach((value, row) => {
			const line = result[row];
			if (line) line[column] = value;
		});
	}
	return result;
}

/** x with L Lᵀ x = right. */
function solveLower(lower: Matrix, right: Float64Array): Float64Array {
	const size = lower.length;
	const x = Float64Array.from(right);
	for (let row = 0; row < size; row++) {
		for (let inner = 0; inner < row; inner++) x[row] = (x[row] ?? 0) - at(lower, row, inner) * (x[inner] ?? 0);
		x[row] = (x[row] ?? 0) / at(lower, row, row);
	}
	for (let row = size - 1; row >= 0; row--) {
		for (let inner = row + 1; inner < size; inner++) x[row] = (x[row] ?? 0) - at(lower, inner, row) * (x[inner] ?? 0);
		x[row] = (x[row] ?? 0) / at(lower, row, row);
	}
	return x;
}

/** Solves a symmetric positive definite system; null when it is not positive definite. */
export function solve(matrix: Matrix, right: Float64Array): Float64Array | null {
	const lower = cholesky(matrix);
	return lower && solveLower(lower, right);
}

const SWEEPS = 60;

/**
 * Eigenvalues of a symmetric matrix and their vectors, one a row, by cyclic
 * Jacobi rotations (Golub & Van Loan, Matrix Computations, 8.5).
 */
export function symmetricEigen(matrix: Matrix): { values: Float64Array; vectors: Matrix } {
	const size = matrix.length;
	const a = matrix.map((row) => Float64Array.from(row));
	const vectors = zeros(size, size);
	vectors.forEach((row, index) => (row[index] = 1));
	const scale = a.reduce((sum, row) => sum + dot(row, row), 0);
	for (let sweep = 0; sweep < SWEEPS; sweep++) {
		let off = 0;
		for (let p = 0; p < size; p++) for (let q = p + 1; q < size; q++) off += at(a, p, q) ** 2;
		if (off <= 1e-30 * scale) break;
		for (let p = 0; p < size; p++) for (let q = p + 1; q < size; q++) rotate(a, vectors, p, q);
	}
	return { values: Float64Array.from(a, (row, index) => row[index] ?? 0), vectors };
}

/** One rotation that takes the entry (p, q) away. */
function rotate(a: Matrix, vectors: Matrix, p: number, q: number): void {
	const apq = at(a, p, q);
	if (apq === 0) return;
	const theta = (at(a, q, q) - at(a, p, p)) / (2 * apq);
	const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.hypot(theta, 1));
	const c = 1 / Math.hypot(t, 1);
	const s = t * c;
	const turn = (x: Float64Array | undefined, y: Float64Array | undefined): void => {
		if (!x || !y) return;
		for (let index = 0; index < x.length; index++) {
			const [before, other] = [x[index] ?? 0, y[index] ?? 0];
			x[index] = c * before - s * other;
			y[index] = s * before + c * other;
		}
	};
	turn(a[p], a[q]);
	for (const row of a) {
		const [before, other] = [row[p] ?? 0, row[q] ?? 0];
		row[p] = c * before - s * other;
		row[q] = s * before + c * other;
	}
	turn(vectors[p], vectors[q]);
}
