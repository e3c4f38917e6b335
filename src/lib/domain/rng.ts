import { sha256Hex } from './canonical-json.ts';

/** A seeded stream of random numbers: the same seed gives the same stream on any machine. */
export type Rng = {
	/** Uniform in [0, 1), 53 bits. */
	next: () => number;
	/** Uniform integer in [0, n); n from 1 to 2^32. @throws RangeError */
	int: (n: number) => number;
	/** Draws `int(counts.length)` so many times and counts each result: the same draws, several times as fast. */
	tally: (counts: Uint32Array, draws: number) => void;
	/** A shuffled copy (Fisher–Yates); every order is equally likely. */
	shuffle: <T>(list: readonly T[]) => T[];
};

const TWO_32 = 2 ** 32;

/**
 * sfc32 (C. Doty-Humphrey, PractRand; period about 2^128, at least 2^32),
 * seeded from SHA-256 of the text. For draws and resampling, never for secrets.
 */
export function createRng(seed: string): Rng {
	const digest = sha256Hex(seed);
	const word = (index: number): number => Number.parseInt(digest.slice(index * 8, index * 8 + 8), 16) | 0;
	let [a, b, c, counter] = [word(0), word(1), word(2), word(3)];

	function uint32(): number {
		const sum = (((a + b) | 0) + counter) | 0;
		counter = (counter + 1) | 0;
		a = b ^ (b >>> 9);
		b = (c + (c << 3)) | 0;
		c = ((c << 21) | (c >>> 11)) + sum;
		c |= 0;
		return sum >>> 0;
	}

	function int(n: number): number {
		if (!Number.isInteger(n) || n < 1 || n > TWO_32) throw new RangeError(`int: n must be an integer from 1 to 2^32, not ${n}`);
		// Draws from the incomplete last block are thrown away: taking the remainder alone would favour small numbers.
		const limit = TWO_32 - (TWO_32 % n);
		let draw = uint32();
		while (draw >= limit) draw = uint32();
		return draw % n;
	}

	function tally(counts: Uint32Array, draws: number): void {
		const n = counts.length >>> 0;
		if (draws === 0) return;
		if (n === 0) throw new RangeError('tally: nothing to draw from');
		const last = TWO_32 - (TWO_32 % n) - 1;
		// The state in variables of this call: a closure's are read and written in memory at each step.
		let [x, y, z, w] = [a, b, c, counter];
		for (let drawn = 0; drawn < draws; ) {
			const sum = (((x + y) | 0) + w) | 0;
			w = (w + 1) | 0;
			x = y ^ (y >>> 9);
			y = (z + (z << 3)) | 0;
			z = (((z << 21) | (z >>> 11)) + sum) | 0;
			const draw = sum >>> 0;
			if (draw > last) continue;
			const place = draw % n;
			counts[place] = (counts[place] ?? 0) + 1;
			drawn += 1;
		}
		[a, b, c, counter] = [x, y, z, w];
	}

	return {
		next: () => ((uint32() >>> 5) * 2 ** 26 + (uint32() >>> 6)) / 2 ** 53,
		int,
		tally,
		shuffle: <T>(list: readonly T[]): T[] => {
			const copy = [...list];
			for (let last = copy.length - 1; last > 0; last--) {
				const other = int(last + 1);
				[copy[last], copy[other]] = [copy[other] as T, copy[last] as T];
			}
			return copy;
		}
	};
}
