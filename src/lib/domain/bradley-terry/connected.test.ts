import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { comparableSets, linksOf, support } from './connected.ts';

const won = (a: string, b: string, group = 'g') => ({ a, b, score: 1, group });
const tied = (a: string, b: string, group = 'g') => ({ a, b, score: 0.5, group });

describe('who can be compared with whom', () => {
	it('are those between whom wins lead both ways; a tie does', () => {
		expect(comparableSets([tied('a', 'b'), won('b', 'c'), won('c', 'a'), tied('x', 'y')])).toEqual([['a', 'b', 'c'], ['x', 'y']]);
	});

	it('are not those of whom one side won every time, however many links there are', () => {
		expect(comparableSets([tied('a', 'b'), tied('c', 'd'), won('a', 'c'), won('b', 'd'), won('b', 'c')])).toEqual([['a', 'b'], ['c', 'd']]);
		expect(comparableSets([won('a', 'b'), won('b', 'c')])).toEqual([['a'], ['b'], ['c']]);
		expect(comparableSets([])).toEqual([]);
	});

	it('does not hang on the order of judgments, and places everybody once', () => {
		const name = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
		const battle = fc.record({ a: name, b: name, score: fc.constantFrom(0, 0.5, 1) }).filter(({ a, b }) => a !== b);
		fc.assert(
			fc.property(fc.array(battle, { maxLength: 12 }), (battles) => {
				const sets = comparableSets(battles);
				expect(comparableSets(battles.toReversed())).toEqual(sets);
				expect(sets.flat().sort()).toEqual([...new Set(battles.flatMap(({ a, b }) => [a, b]))].sort());
			})
		);
	});
});

describe('on how many prompts a comparison rests', () => {
	const times = (count: number, a: string, b: string, tag: string) => Array.from({ length: count }, (_, index) => won(a, b, `${tag}${index}`));

	it('is the thinnest link of a row, and the sum of ways that run side by side', () => {
		const row = linksOf([...times(30, 'a', 'b', 'x'), ...times(4, 'b', 'c', 'y')]);
		expect([support(row, 'a', 'b'), support(row, 'a', 'c'), support(row, 'c', 'a')]).toEqual([30, 4, 4]);
		const two = linksOf([...times(30, 'a', 'b', 'x'), ...times(4, 'b', 'c', 'y'), ...times(7, 'a', 'd', 'z'), ...times(9, 'd', 'c', 'w')]);
		expect(support(two, 'a', 'c')).toBe(11);
	});

	it('counts a group once, and is nought where no way leads', () => {
		const links = linksOf([won('a', 'b', 'g'), won('a', 'b', 'g'), won('x', 'y', 'h')]);
		expect([support(links, 'a', 'b'), support(links, 'a', 'x'), support(links, 'a', 'nobody')]).toEqual([1, 0, 0]);
	});
});
