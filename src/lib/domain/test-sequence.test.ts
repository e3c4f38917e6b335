import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupValue, testSequence } from './test-sequence.ts';
import type { PlacedComparison } from './test-sequence.ts';

const one = (group: string, place: number, more: Partial<PlacedComparison> = {}): PlacedComparison => ({ group, batch: '1', place, state: 'complete', votes: ['candidate'], ...more });
const groupsOf = (comparisons: readonly PlacedComparison[]) => testSequence(comparisons).groups.map(({ group }) => group);

describe('a test in its stored order', () => {
	it('ends before the first group that is not judged, whoever was quicker', () => {
		const found = testSequence([one('c', 3), one('a', 1), one('b', 2, { state: 'waiting', votes: [] }), one('d', 4)]);
		expect(found.groups.map(({ group }) => group)).toEqual(['a']);
		expect([found.behind, found.waiting]).toEqual([2, 1]);
	});

	it('passes over what nobody will judge', () => {
		expect(groupsOf([one('a', 1), one('b', 2, { state: 'out', votes: [] }), one('c', 3)])).toEqual(['a', 'c']);
	});

	it('takes a group as a whole at its first place, and not again from a later batch', () => {
		const found = testSequence([one('a', 1), one('b', 2), one('a', 9, { votes: ['parent'] }), one('a', 0, { batch: '2', votes: ['parent'] }), one('c', 1, { batch: '2' })]);
		expect(found.groups).toEqual([
			{ group: 'a', comparisons: [['candidate'], ['parent']] },
			{ group: 'b', comparisons: [['candidate']] },
			{ group: 'c', comparisons: [['candidate']] }
		]);
	});

	it('only ever grows at its end as judgments come, whatever order they come in', () => {
		const places = fc.uniqueArray(fc.record({ place: fc.integer({ min: 0, max: 1000 }), group: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g'), batch: fc.constantFrom('1', '2') }), { selector: ({ place, batch }) => `${batch}/${place}`, maxLength: 20 });
		fc.assert(
			fc.property(places, fc.infiniteStream(fc.nat()), (made, lots) => {
				const waiting = made.map((of): PlacedComparison => ({ ...of, state: 'waiting', votes: [] }));
				let before = testSequence(waiting).groups;
				const left = [...waiting.keys()];
				while (left.length > 0) {
					const [next = 0] = left.splice((lots.next().value ?? 0) % left.length, 1);
					const comparison = waiting[next];
					if (comparison) waiting[next] = { ...comparison, state: 'complete', votes: ['tie'] };
					const { groups } = testSequence(waiting);
					expect(groups.slice(0, before.length)).toEqual(before);
					before = groups;
				}
				expect(before.length).toBe(new Set(made.map(({ group }) => group)).size);
			}),
			{ numRuns: 100 }
		);
	});
});

describe('the value of a group', () => {
	it('is the mean over comparisons of the mean over votes', () => {
		expect(groupValue({ group: 'a', comparisons: [['candidate', 'candidate', 'parent'], ['both_bad']] })).toBeCloseTo((2 / 3 + 1 / 2) / 2, 12);
	});
});
