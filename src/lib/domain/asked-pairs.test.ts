import { expect, it } from 'vitest';
import { chooseAnswers } from './asked-pairs.ts';

/** Two sources with two answers each; the challenger's second is the champion's to the letter. */
const answers = [
	{ source: 0, sample: 0, hash: 'a', text: 'a' },
	{ source: 0, sample: 1, hash: 'b', text: 'b' },
	{ source: 1, sample: 0, hash: 'c', text: 'c' },
	{ source: 1, sample: 1, hash: 'b', text: 'b' }
];
const draw = { seed: 's', pairsPerPrompt: 1 };
const names = (policy: Parameters<typeof chooseAnswers>[0]) => chooseAnswers(policy, answers, draw).pairs.map(({ first, second }) => [first.hash, second.hash].sort().join('')).sort();

it('pairs what was sampled alike, champion against challenger', () => {
	expect(names('champion_challenger')).toEqual(['ac']);
});

it('pairs all distinct answers', () => {
	expect(names('every_pair')).toEqual(['ab', 'ac', 'bc']);
});

it('draws as many as it is told', () => {
	for (const policy of ['spread', 'random_pairs'] as const) {
		const [pair, ...more] = chooseAnswers(policy, answers, draw).pairs;
		expect(more).toEqual([]);
		expect(pair?.policy).toBe(policy);
		expect(pair?.propensity).toBeLessThan(1);
	}
});

it('gives each distinct answer alone', () => {
	expect(chooseAnswers('each_answer', answers, draw).singles.map(({ answer }) => answer.hash)).toEqual(['a', 'b', 'c']);
});
