import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { preferenceCycles } from './preference-cycles.ts';
import { createRng } from './rng.ts';

const beats = (...chain: string[]) => chain.slice(1).map((loser, i) => ({ winner: chain[i] as string, loser }));

describe('preferenceCycles', () => {
	it('finds a ≻ b ≻ c ≻ a once', () => {
		expect(preferenceCycles(beats('b', 'c', 'a', 'b'))).toEqual([['a', 'b', 'c']]);
	});

	it('finds two preferences that contradict each other directly', () => {
		expect(preferenceCycles(beats('x', 'y', 'x'))).toEqual([['x', 'y']]);
	});

	it('takes no answer as preferred to itself', () => {
		expect(preferenceCycles(beats('x', 'x', 'y'))).toEqual([]);
	});

	it('finds two cycles that share a preference', () => {
		expect(preferenceCycles([...beats('a', 'b', 'c', 'a'), ...beats('b', 'd', 'a')])).toEqual([['a', 'b', 'c'], ['a', 'b', 'd']]);
	});

	it('finds nothing where an order explains every preference', () => {
		fc.assert(
			fc.property(fc.array(fc.tuple(fc.nat({ max: 6 }), fc.nat({ max: 6 }))), (pairs) => {
				const consistent = pairs.filter(([x, y]) => x !== y).map(([x, y]) => ({ winner: String(Math.min(x, y)), loser: String(Math.max(x, y)) }));
				expect(preferenceCycles(consistent)).toEqual([]);
			})
		);
	});

	it('reports only cycles that are there, and one for every contradictory preference, in any order of input', () => {
		const preference = fc.record({ winner: fc.constantFrom(...'abcde'), loser: fc.constantFrom(...'abcde') }).filter(({ winner, loser }) => winner !== loser);
		fc.assert(
			fc.property(fc.array(preference, { maxLength: 12 }), fc.string(), (preferences, seed) => {
				const edges = new Set(preferences.map(({ winner, loser }) => winner + loser));
				const cycles = preferenceCycles(preferences);
				const shown = new Set<string>();
				for (const cycle of cycles) {
					expect(new Set(cycle).size).toBe(cycle.length);
					cycle.forEach((name, i) => shown.add(name + (cycle[(i + 1) % cycle.length] as string)));
				}
				for (const edge of shown) expect(edges.has(edge)).toBe(true);
				const reach = (from: string, to: string, seen = new Set<string>()): boolean =>
					from === to || [...edges].some((edge) => edge[0] === from && !seen.has(edge) && reach(edge[1] as string, to, seen.add(edge)));
				for (const edge of edges) expect(shown.has(edge)).toBe(reach(edge[1] as string, edge[0] as string));
				expect(preferenceCycles(createRng(seed).shuffle(preferences))).toEqual(cycles);
			})
		);
	});
});
