import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRng } from './rng.ts';

describe('createRng', () => {
	it('gives the same stream for the same seed and another for another', () => {
		const draw = (seed: string): number[] => Array.from({ length: 8 }, createRng(seed).next);
		expect(draw('round 1')).toEqual(draw('round 1'));
		expect(draw('round 1')).not.toEqual(draw('round 2'));
	});

	it('keeps its stream across versions, because stored seeds must reproduce stored intervals', () => {
		const rng = createRng('plumbline');
		expect([rng.int(1000), rng.int(1000), rng.int(1000), rng.next()]).toMatchInlineSnapshot(`
			[
			  349,
			  81,
			  410,
			  0.8834986592088889,
			]
		`);
	});

	it('stays in [0, 1) and covers it evenly', () => {
		const rng = createRng('cover');
		const buckets = new Array<number>(10).fill(0);
		for (let i = 0; i < 20_000; i++) {
			const x = rng.next();
			expect(x >= 0 && x < 1).toBe(true);
			const bucket = Math.floor(x * 10);
			buckets[bucket] = (buckets[bucket] ?? 0) + 1;
		}
		// χ² with 9 degrees of freedom: 27.9 is the 0.1 % point.
		expect(buckets.reduce((sum, count) => sum + (count - 2000) ** 2 / 2000, 0)).toBeLessThan(27.9);
	});

	it('draws integers below n only, all of them', () => {
		fc.assert(
			fc.property(fc.integer({ min: 1, max: 7 }), fc.string(), (n, seed) => {
				const rng = createRng(seed);
				const seen = new Set(Array.from({ length: 300 }, () => rng.int(n)));
				expect([...seen].sort()).toEqual(Array.from({ length: n }, (_, i) => i));
			}),
			{ numRuns: 50 }
		);
	});

	it('favours no number where n does not divide 2^32', () => {
		const rng = createRng('bias');
		// Taking a remainder would put half of all draws, not a third, below 2^30.
		const below = Array.from({ length: 6000 }, () => rng.int(3 * 2 ** 30)).filter((draw) => draw < 2 ** 30).length;
		expect(Math.abs(below / 6000 - 1 / 3)).toBeLessThan(0.03);
	});

	it('refuses an n it cannot draw from', () => {
		for (const n of [0, -1, 1.5, NaN, 2 ** 33]) expect(() => createRng('x').int(n)).toThrow(RangeError);
		expect(createRng('x').int(2 ** 32)).toBeGreaterThanOrEqual(0);
	});

	it('counts the same draws at once as one by one, and goes on where it stopped', () => {
		fc.assert(
			fc.property(fc.string(), fc.integer({ min: 1, max: 50 }), fc.integer({ min: 0, max: 200 }), (seed, n, draws) => {
				const [one, all] = [createRng(seed), createRng(seed)];
				const counts = new Uint32Array(n);
				for (let draw = 0; draw < draws; draw++) {
					const place = one.int(n);
					counts[place] = (counts[place] ?? 0) + 1;
				}
				const counted = new Uint32Array(n);
				all.tally(counted, draws);
				expect(counted).toEqual(counts);
				expect(all.next()).toBe(one.next());
			})
		);
		expect(() => createRng('s').tally(new Uint32Array(0), 1)).toThrow(RangeError);
	});

	it('shuffles a copy into a permutation', () => {
		fc.assert(
			fc.property(fc.array(fc.integer()), fc.string(), (list, seed) => {
				const before = [...list];
				const shuffled = createRng(seed).shuffle(list);
				expect(list).toEqual(before);
				expect([...shuffled].sort((x, y) => x - y)).toEqual([...list].sort((x, y) => x - y));
			})
		);
	});

	it('gives each order of three about equally often', () => {
		const counts = new Map<string, number>();
		const rng = createRng('orders');
		for (let i = 0; i < 6000; i++) {
			const key = rng.shuffle(['x', 'y', 'z']).join('');
			counts.set(key, (counts.get(key) ?? 0) + 1);
		}
		expect(counts.size).toBe(6);
		for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(130);
	});
});
