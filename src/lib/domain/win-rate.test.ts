import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { winRate } from './win-rate.ts';
import type { WinComparison, WinVote } from './win-rate.ts';

const options = { seed: 's', resamples: 100 };
const vote = fc.constantFrom<WinVote>('candidate', 'parent', 'tie', 'both_bad');
const anyComparisons = fc.array(fc.record({ group: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz'), votes: fc.array(vote, { maxLength: 4 }) }), { maxLength: 50 });
const of = (...votes: WinVote[][]): WinComparison[] => votes.map((list, i) => ({ group: `g${i}`, votes: list }));

describe('winRate', () => {
	it('scores win 1, tie ½, both_bad ½, loss 0', () => {
		expect(winRate(of(['candidate'], ['parent'], ['tie'], ['both_bad']), options)).toMatchObject({
			winRate: { value: 0.5 }, bothBadRate: { value: 0.25 }, withoutBothBad: { value: 0.5, n: 3 }, comparisons: 4
		});
	});

	it('takes one value per comparison, however many judged it', () => {
		expect(winRate(of(['candidate', 'candidate', 'candidate', 'parent'], ['parent']), options).winRate.value).toBe(0.375);
	});

	it('shows what both_bad hides', () => {
		const result = winRate(of(['candidate'], ['both_bad'], ['both_bad'], ['candidate', 'both_bad']), options);
		expect(result.winRate.value).toBe((1 + 0.5 + 0.5 + 0.75) / 4);
		expect(result.bothBadRate.value).toBe((0 + 1 + 1 + 0.5) / 4);
		expect(result.withoutBothBad).toMatchObject({ value: 1, n: 2 });
	});

	it('leaves comparisons without votes out', () => {
		expect(winRate(of([], ['candidate'], []), options)).toMatchObject({ comparisons: 1, groups: 1, winRate: { value: 1, n: 1 } });
		expect(winRate([], options)).toMatchObject({ comparisons: 0, tooFew: true, winRate: { value: null } });
	});

	it('gives no interval under 20 prompt groups and one from there on', () => {
		const many = (groups: number): WinComparison[] => Array.from({ length: 60 }, (_, i) => ({ group: `g${i % groups}`, votes: [i % 3 === 0 ? 'parent' : 'candidate'] }));
		expect(winRate(many(19), options)).toMatchObject({ tooFew: true, groups: 19, winRate: { low: null } });
		const enough = winRate(many(20), options);
		expect(enough.tooFew).toBe(false);
		expect(enough.winRate.low).toBeLessThanOrEqual(enough.winRate.value ?? NaN);
		expect(enough.winRate.high).toBeGreaterThanOrEqual(enough.winRate.value ?? NaN);
	});

	it('mirrors when candidate and parent change places', () => {
		const swap = (one: WinVote): WinVote => (one === 'candidate' ? 'parent' : one === 'parent' ? 'candidate' : one);
		fc.assert(
			fc.property(anyComparisons, (comparisons) => {
				const [one, other] = [winRate(comparisons, options), winRate(comparisons.map(({ group, votes }) => ({ group, votes: votes.map(swap) })), options)];
				if (one.winRate.value !== null) expect(other.winRate.value).toBeCloseTo(1 - one.winRate.value, 12);
				expect(other.bothBadRate).toEqual(one.bothBadRate);
			}),
			{ numRuns: 50 }
		);
	});

	it('stays within 0 and 1', () => {
		fc.assert(
			fc.property(anyComparisons, (comparisons) => {
				const result = winRate(comparisons, options);
				for (const figure of [result.winRate, result.bothBadRate, result.withoutBothBad]) {
					for (const bound of [figure.value, figure.low, figure.high]) if (bound !== null) expect(bound >= 0 && bound <= 1).toBe(true);
				}
			}),
			{ numRuns: 50 }
		);
	});
});
