import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { inclusionChances, spreadPairs, wordDistance, wordsOf } from './spread-pairs.ts';

const said = (texts: string[]) => texts.map((text, index) => ({ hash: `h${index}`, text }));

it('tells words apart in English and Chinese', () => {
	expect([...wordsOf('The Lease, the lease!')]).toEqual(['the', 'lease']);
	expect([...wordsOf('租约2024')]).toEqual(['租', '约', '2024']);
	expect(wordDistance(wordsOf('a b c'), wordsOf('a b d'))).toBe(0.5);
	expect(wordDistance(wordsOf(''), wordsOf('…'))).toBe(0);
});

it('gives chances that sum to the number drawn, none above 1, larger for larger weights', () => {
	fc.assert(
		fc.property(fc.array(fc.double({ min: 0.05, max: 1, noNaN: true }), { minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 45 }), (weights, count) => {
			const chances = inclusionChances(weights, count);
			expect(chances.reduce((sum, chance) => sum + chance, 0)).toBeCloseTo(Math.min(count, weights.length), 6);
			for (const [i, chance] of chances.entries()) {
				expect(chance).toBeGreaterThan(0);
				expect(chance).toBeLessThanOrEqual(1 + 1e-9);
				for (const [j, other] of chances.entries()) if ((weights[i] ?? 0) > (weights[j] ?? 0)) expect(chance).toBeGreaterThanOrEqual(other - 1e-9);
			}
		})
	);
});

it('draws each pair as often as its propensity says', () => {
	const answers = said(['you will win', 'you will surely win', 'it depends on clause three', 'nobody can say before the hearing']);
	const drawn = new Map<string, { times: number; propensity: number }>();
	const seeds = 4000;
	for (let seed = 0; seed < seeds; seed++) {
		const pairs = spreadPairs(`s${seed}`, answers, 2);
		expect(pairs).toHaveLength(2);
		for (const { first, second, propensity } of pairs) {
			const key = `${first.hash}${second.hash}`;
			drawn.set(key, { times: (drawn.get(key)?.times ?? 0) + 1, propensity });
		}
	}
	expect(drawn.size).toBe(6);
	// Four standard errors of a share.
	for (const { times, propensity } of drawn.values()) expect(Math.abs(times / seeds - propensity)).toBeLessThan(4 * Math.sqrt((propensity * (1 - propensity)) / seeds) + 1e-9);
	expect(drawn.get('h0h1')?.propensity).toBeLessThan(drawn.get('h0h2')?.propensity ?? 0);
});

it('takes all pairs where no more are there, and counts equal answers once', () => {
	expect(spreadPairs('s', said(['a', 'b']), 5)).toMatchObject([{ policy: 'spread', propensity: 1 }]);
	expect(spreadPairs('s', [{ hash: 'h', text: 'a' }, { hash: 'h', text: 'a' }], 1)).toEqual([]);
});

it('is the same for the same seed', () => {
	const answers = said(['one', 'two words', 'three other words', 'four']);
	expect(spreadPairs('s', answers, 2)).toEqual(spreadPairs('s', answers, 2));
});
