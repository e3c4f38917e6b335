import { describe, expect, it } from 'vitest';
import { adaptivePairs } from '../adaptive-pairs.ts';
import type { Battle } from './battle.ts';
import { worthAsking } from './next-pairs.ts';

const battles = (a: string, b: string, wins: number, of: number): Battle[] => Array.from({ length: of }, (_, index) => ({ a, b, score: Number(index < wins), group: `${a}${b}${index}`, judge: 'j', weight: 1, style: [] }));

describe('what a judgment to come is worth', () => {
	it('is most where least is known, and shares sum to one', () => {
		const worth = worthAsking([...battles('champion', 'one', 60, 100)], ['champion', 'one', 'two'], [['champion', 'one'], ['champion', 'two']], 40);
		expect(worth('champion', 'two')).toBeGreaterThan(worth('champion', 'one'));
		expect(worth('one', 'two')).toBeGreaterThan(worth('champion', 'one'));
		expect(worth('champion', 'one') + worth('champion', 'two') + worth('one', 'two')).toBeCloseTo(1, 10);
		expect(worth('two', 'champion')).toBe(worth('champion', 'two'));
	});

	it('is even where nothing is known, and less for who is far behind', () => {
		const fresh = worthAsking([], ['champion', 'one', 'two'], [['champion', 'one'], ['champion', 'two']], 40);
		expect(fresh('champion', 'one')).toBeCloseTo(fresh('champion', 'two'), 10);
		expect(fresh('champion', 'one')).toBeGreaterThan(fresh('one', 'two'));
		const known = worthAsking([...battles('champion', 'one', 20, 40), ...battles('champion', 'two', 40, 40)], ['champion', 'one', 'two'], [['champion', 'one']], 40);
		expect(known('champion', 'one')).toBeGreaterThan(known('champion', 'two'));
	});

	it('narrows the wanted difference more than pairs by lot would', () => {
		const start = [...battles('champion', 'one', 30, 60), ...battles('one', 'two', 30, 60)];
		const wanted = [['champion', 'two']] as const;
		const worth = worthAsking(start, ['champion', 'one', 'two'], wanted, 60);
		expect(worth('champion', 'two')).toBeGreaterThan(0.6);
	});
});

describe('adaptive pairs', () => {
	const answers = [0, 1, 2].flatMap((source) => [0, 1].map((sample) => ({ source, sample, hash: `${source}${sample}`, text: '' })));
	const worth = (x: number, y: number): number => (Math.min(x, y) === 0 && Math.max(x, y) === 1 ? 0.9 : 0.05);

	it('are of different sources, each as likely as its propensity says', () => {
		const drawn = new Map<string, { times: number; propensity: number }>();
		const seeds = 2000;
		for (let seed = 0; seed < seeds; seed++) {
			for (const { first, second, policy, propensity } of adaptivePairs(`s${seed}`, answers, 2, worth)) {
				expect([policy, first.source === second.source]).toEqual(['adaptive', false]);
				const key = `${first.hash}-${second.hash}`;
				drawn.set(key, { times: (drawn.get(key)?.times ?? 0) + 1, propensity });
			}
		}
		expect(drawn.size).toBe(12);
		// Four standard errors of a share.
		for (const { times, propensity } of drawn.values()) expect(Math.abs(times / seeds - propensity)).toBeLessThan(4 * Math.sqrt((propensity * (1 - propensity)) / seeds));
		expect(drawn.get('00-10')?.propensity ?? 0).toBeGreaterThan(5 * (drawn.get('00-20')?.propensity ?? 1));
	});

	it('are none where one source answered alone, and drawn evenly where all are worth nothing', () => {
		expect(adaptivePairs('s', answers.slice(0, 2), 1, worth)).toEqual([]);
		const [pair] = adaptivePairs('s', answers, 3, () => 0);
		expect(pair?.propensity).toBeCloseTo(3 / 12, 12);
	});
});
