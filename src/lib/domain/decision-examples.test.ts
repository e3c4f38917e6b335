import { describe, expect, it } from 'vitest';
import { chooseExamples } from './decision-examples.ts';
import type { WinVote } from './win-rate.ts';

const judged = (comparisonId: string, place: number, ...votes: WinVote[]) => ({ comparisonId, batch: '1', place, votes });

describe('examples', () => {
	it('are those on which people agree most, the first drawn among equals, at most three of a kind', () => {
		const all = [judged('split', 0, 'candidate', 'candidate', 'parent'), judged('late', 9, 'candidate'), ...['a', 'b', 'c', 'd'].map((id, place) => judged(id, place + 1, 'candidate', 'candidate')), judged('lost', 3, 'parent', 'tie'), judged('even', 4, 'tie'), judged('none', 5)];
		expect(chooseExamples(all).map(({ comparisonId, won }) => [comparisonId, won])).toEqual([['a', true], ['b', true], ['c', true], ['lost', false]]);
	});
});
