import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addOuter, at, cholesky, inverse, quadratic, solve, symmetricEigen, times, zeros } from './linear-algebra.ts';
import type { Matrix } from './linear-algebra.ts';

/** A positive definite matrix: a sum of outer products and a little of the diagonal. */
const positive = fc.integer({ min: 1, max: 6 }).chain((size) =>
	fc.array(fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: size, maxLength: size }), { minLength: 1, maxLength: 8 }).map((vectors): Matrix => {
		const matrix = zeros(size, size);
		for (const vector of vectors) addOuter(matrix, vector, 1);
		matrix.forEach((row, index) => (row[index] = (row[index] ?? 0) + 0.5));
		return matrix;
	})
);

const closeTo = (found: number, expected: number): void => expect(Math.abs(found - expected)).toBeLessThan(1e-8 * (1 + Math.abs(expected)));

describe('dense matrices', () => {
	it('takes a positive definite matrix apart, inverts it and solves with it', () => {
		fc.assert(
			fc.property(positive, (matrix) => {
				const lower = cholesky(matrix);
				const turned = inverse(matrix);
				if (!lower || !turned) throw new Error('not positive definite');
				const right = Float64Array.from(matrix, (_, index) => index + 1);
				const x = solve(matrix, right);
				matrix.forEach((_, row) => {
					matrix.forEach((__, column) => {
						closeTo(lower.reduce((sum, ___, k) => sum + at(lower, row, k) * at(lower, column, k), 0), at(matrix, row, column));
						closeTo(times(matrix, Float64Array.from(turned, (line) => line[column] ?? 0))[row] ?? NaN, row === column ? 1 : 0);
					});
					closeTo(times(matrix, x ?? [])[row] ?? NaN, right[row] ?? NaN);
				});
			})
		);
	});

	it('finds eigenvalues whose vectors make the matrix again, each of length one', () => {
		fc.assert(
			fc.property(positive, (matrix) => {
				const { values, vectors } = symmetricEigen(matrix);
				const again = zeros(matrix.length, matrix.length);
				vectors.forEach((vector, index) => addOuter(again, vector, values[index] ?? 0));
				matrix.forEach((row, r) => row.forEach((value, c) => closeTo(at(again, r, c), value)));
				for (const [index, vector] of vectors.entries()) closeTo(quadratic(vector, matrix, vector), values[index] ?? NaN);
			})
		);
	});

	it('refuses what is not positive definite', () => {
		const singular = zeros(2, 2);
		addOuter(singular, [1, 2], 1);
		expect([cholesky(singular), inverse(singular), solve(singular, new Float64Array(2))]).toEqual([null, null, null]);
	});
});
