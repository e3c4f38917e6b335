import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SPLITS } from './holdout.ts';
import { heldOutRank, mergeGroups, splitChanges } from './merged-groups.ts';
import type { DrawnGroup, GroupLink } from './merged-groups.ts';

const group = (id: string, split: DrawnGroup['split']): DrawnGroup => ({ id, split });

/** Groups with links between them. */
const world = fc
	.array(fc.constantFrom(...SPLITS), { minLength: 2, maxLength: 12 })
	.map((splits) => splits.map((split, i) => group(`g${String(i).padStart(2, '0')}`, split)))
	.chain((groups) => fc.tuple(fc.constant(groups), fc.array(fc.tuple(fc.constantFrom(...groups), fc.constantFrom(...groups)).filter(([a, b]) => a !== b).map(([a, b]): GroupLink => [a.id, b.id]), { maxLength: 14 })));

/** Groups that can be reached over links, found the slow way. */
function reached(from: string, links: readonly GroupLink[]): Set<string> {
	const seen = new Set([from]);
	for (let grew = true; grew; ) {
		grew = false;
		for (const [a, b] of links) {
			if (seen.has(a) === seen.has(b)) continue;
			seen.add(a).add(b);
			grew = true;
		}
	}
	return seen;
}

describe('mergeGroups', () => {
	it('lets the group that is held out furthest hold what belongs together', () => {
		const groups = [group('a', 'train'), group('b', 'dev'), group('c', 'test'), group('d', 'train')];
		expect([...mergeGroups(groups, [['a', 'b'], ['b', 'c']])]).toEqual([['a', 'c'], ['b', 'c'], ['c', 'c'], ['d', 'd']]);
		expect(mergeGroups([group('b', 'train'), group('a', 'train')], [['b', 'a']]).get('b')).toBe('a');
		expect(() => mergeGroups(groups, [['a', 'x']])).toThrow(RangeError);
	});

	it('holds together exactly what links join, and never under a split that is held out less than any of it', () => {
		fc.assert(
			fc.property(world, ([groups, links]) => {
				const held = mergeGroups(groups, links);
				const split = new Map(groups.map((one) => [one.id, one.split]));
				for (const { id } of groups) {
					const together = reached(id, links);
					expect(new Set(groups.map((one) => one.id).filter((other) => held.get(other) === held.get(id)))).toEqual(together);
					const holder = split.get(held.get(id) ?? '') ?? 'train';
					expect(heldOutRank(holder)).toBe(Math.max(...[...together].map((one) => heldOutRank(split.get(one) ?? 'train'))));
				}
			})
		);
	});

	it('gives the same whatever the order', () => {
		fc.assert(
			fc.property(world.chain(([groups, links]) => fc.tuple(fc.constant({ groups, links }), fc.shuffledSubarray(groups, { minLength: groups.length }), fc.shuffledSubarray(links, { minLength: links.length }))), ([{ groups, links }, shuffledGroups, shuffledLinks]) => {
				const again = mergeGroups(shuffledGroups, shuffledLinks.map(([a, b]) => [b, a] as const));
				expect(groups.map(({ id }) => again.get(id))).toEqual(groups.map(({ id }) => mergeGroups(groups, links).get(id)));
			})
		);
	});
});

describe('splitChanges', () => {
	it('says that one more link never brings anything back', () => {
		fc.assert(
			fc.property(world, ([groups, links]) => {
				const changes = splitChanges(groups, mergeGroups(groups, links.slice(1)), mergeGroups(groups, links));
				expect(changes.back).toEqual([]);
			})
		);
	});

	it('names what a link moves, and what would come back without it', () => {
		const groups = [group('a', 'train'), group('b', 'test'), group('c', 'train')];
		const [apart, merged] = [mergeGroups(groups, [['a', 'c']]), mergeGroups(groups, [['a', 'c'], ['c', 'b']])];
		expect(splitChanges(groups, apart, merged)).toEqual({ further: ['a', 'c'], back: [] });
		expect(splitChanges(groups, merged, apart)).toEqual({ further: [], back: ['a', 'c'] });
		// Two of one split: taken apart again without anything changing its split.
		const alike = [group('a', 'test'), group('b', 'test')];
		expect(splitChanges(alike, mergeGroups(alike, [['a', 'b']]), mergeGroups(alike, []))).toEqual({ further: [], back: [] });
	});
});
