/**
 * What Krippendorff's alpha needs to know of any number of units: their
 * coincidence matrix (Krippendorff 2011, "Computing Krippendorff's
 * Alpha-Reliability", section C), kept apart by how many values a unit has. The
 * matrix divides each unit by its number of values less one; kept apart, all
 * that is stored are whole numbers, so that adding a unit and removing it again
 * leaves exactly what was there, and the order of units never shows. Plain
 * JSON, to be stored beside what it sums up; up to 2^53 a number.
 */
export type Coincidences = {
	readonly categories: number;
	/** Values in a unit, m → row-major categories × categories matrix: Σ n_uc (n_uk − [c = k]) over the units with m values. */
	readonly bySize: { [size: number]: number[] };
};

/** The coincidence matrix divided out: what the coefficients are computed from. */
export type CoincidenceSums = {
	/** Units with at least two values. */
	units: number;
	/** n_c: pairable values of each category. */
	marginals: Float64Array;
	/** o_ck for c < k, row by row: (0,1), (0,2) … (1,2) … The matrix is symmetric, its diagonal follows from the marginals. */
	offDiagonal: Float64Array;
};

/** No unit yet. @throws RangeError unless `categories` is a whole number from 2 */
export function emptyCoincidences(categories: number): Coincidences {
	if (!Number.isInteger(categories) || categories < 2) throw new RangeError(`emptyCoincidences: ${categories} categories`);
	return { categories, bySize: {} };
}

/**
 * Adds a unit, in place. `counts[c]` says how many judges gave it category c;
 * missing values are not counted anywhere. A unit with fewer than two values
 * has nothing to pair and changes nothing. O(categories + d²) for a unit with d
 * different values, d never more than its values.
 * @throws RangeError on counts of another length, negative or broken
 */
export function addUnit(coincidences: Coincidences, counts: readonly number[]): void {
	const size = unitSize(coincidences, counts);
	if (size < 2) return;
	const { categories, bySize } = coincidences;
	eachCell(counts, categories, (bySize[size] ??= new Array<number>(categories ** 2).fill(0)), 1);
}

/** Adds a unit of two values, in place: what `addUnit` does with it, without the counts written out. @throws RangeError on what is no category */
export function addPair({ categories, bySize }: Coincidences, x: number, y: number): void {
	for (const value of [x, y]) if (!Number.isInteger(value) || value < 0 || value >= categories) throw new RangeError(`addPair: ${value} is none of ${categories} categories`);
	const matrix = (bySize[2] ??= new Array<number>(categories ** 2).fill(0));
	// n_x n_y both ways; of one category twice, 2 × (2 − 1).
	matrix[x * categories + y] = (matrix[x * categories + y] ?? 0) + 1;
	matrix[y * categories + x] = (matrix[y * categories + x] ?? 0) + 1;
}

/**
 * Takes away, in place, a unit that was added: afterwards everything is as if
 * it had never been there. To change a unit, remove its old counts and add the
 * new ones.
 * @throws RangeError when it cannot have been added; nothing is changed then
 */
export function removeUnit(coincidences: Coincidences, counts: readonly number[]): void {
	const size = unitSize(coincidences, counts);
	if (size < 2) return;
	const { categories, bySize } = coincidences;
	const matrix = [...(bySize[size] ?? [])];
	eachCell(counts, categories, matrix, -1);
	if (matrix.length === 0 || matrix.some((sum) => sum < 0)) throw new RangeError(`removeUnit: no unit with the counts ${counts.join(', ')} was added`);
	if (matrix.some((sum) => sum > 0)) bySize[size] = matrix;
	else Reflect.deleteProperty(bySize, size);
}

/** Adds all units of `other`, in place, as often as said. @throws RangeError on another number of categories */
export function addCoincidences(coincidences: Coincidences, other: Coincidences, times = 1): void {
	if (other.categories !== coincidences.categories) throw new RangeError('addCoincidences: the categories differ');
	for (const [size, matrix] of Object.entries(other.bySize)) {
		const mine = coincidences.bySize[Number(size)];
		coincidences.bySize[Number(size)] = matrix.map((sum, cell) => sum * times + (mine?.[cell] ?? 0));
	}
}

/** The coincidence matrix: o_ck = Σ_u n_uc (n_uk − [c = k]) / (m_u − 1), n_c = Σ_k o_ck. */
export function coincidenceSums({ categories, bySize }: Coincidences): CoincidenceSums {
	const sums: CoincidenceSums = { units: 0, marginals: new Float64Array(categories), offDiagonal: new Float64Array((categories * (categories - 1)) / 2) };
	// Whole-number keys are walked in ascending order whatever the order of insertion: the same units give the same last bit.
	for (const [key, matrix] of Object.entries(bySize)) {
		const size = Number(key);
		let [values, pair] = [0, 0];
		for (let c = 0; c < categories; c++) {
			let row = 0;
			for (let k = 0; k < categories; k++) {
				const cell = matrix[c * categories + k] ?? 0;
				row += cell;
				if (k > c) {
					sums.offDiagonal[pair] = (sums.offDiagonal[pair] ?? 0) + cell / (size - 1);
					pair += 1;
				}
			}
			// Exact: each unit puts n_uc (m − 1) into the row.
			sums.marginals[c] = (sums.marginals[c] ?? 0) + row / (size - 1);
			values += row / (size - 1);
		}
		sums.units += values / size;
	}
	return sums;
}

/** Number of values of a unit. @throws RangeError */
function unitSize({ categories }: Coincidences, counts: readonly number[]): number {
	let size = 0;
	let whole = counts.length === categories;
	for (const count of counts) {
		whole &&= Number.isInteger(count) && count >= 0;
		size += count;
	}
	if (!whole) throw new RangeError(`a unit is ${categories} whole numbers from 0, not ${counts.join(', ')}`);
	return size;
}

function eachCell(counts: readonly number[], categories: number, matrix: number[], sign: 1 | -1): void {
	for (let c = 0; c < categories; c++) {
		const ofC = counts[c] ?? 0;
		if (ofC === 0) continue;
		for (let k = 0; k < categories; k++) {
			const ofK = (counts[k] ?? 0) - (c === k ? 1 : 0);
			const cell = c * categories + k;
			if (ofK !== 0) matrix[cell] = (matrix[cell] ?? 0) + sign * ofC * ofK;
		}
	}
}
