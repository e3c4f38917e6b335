import { describe, expect, it } from 'vitest';
import { goodShare } from './good-share.ts';
import type { JudgedAnswer } from './good-share.ts';
import { wilsonInterval } from './wilson.ts';

const options = { seed: 's', resamples: 50 };
const answers = (count: number, good: number, groups = count): JudgedAnswer[] => Array.from({ length: count }, (_, i) => ({ group: `g${i % groups}`, votes: [i < good ? 'good' : 'bad'] }));

describe('goodShare', () => {
	it('is Wilson’s where every question has one answer', () => {
		expect(goodShare(answers(40, 30), options)).toEqual({ value: 0.75, ...wilsonInterval(30, 40), n: 40, groups: 40, tooFew: false, method: 'wilson' });
	});

	it('goes by questions where some have more than one answer', () => {
		// Everything of a question agrees: 80 answers say no more than 20 questions.
		const grouped = goodShare(Array.from({ length: 80 }, (_, i) => ({ group: `g${i % 20}`, votes: [i % 20 < 15 ? 'good' : 'bad'] })), { seed: 's' });
		expect(grouped).toMatchObject({ value: 0.75, n: 80, groups: 20, method: 'cluster_bootstrap' });
		const alone = goodShare(answers(80, 60), { seed: 's' });
		expect((grouped.high ?? 0) - (grouped.low ?? 1)).toBeGreaterThan(1.5 * ((alone.high ?? 0) - (alone.low ?? 1)));
	});

	it('gives an answer one value, the mean over its votes, and leaves out those without', () => {
		expect(goodShare([{ group: 'a', votes: ['good', 'good', 'good', 'bad'] }, { group: 'b', votes: ['bad'] }, { group: 'c', votes: [] }], options)).toMatchObject({ value: 0.375, n: 2, groups: 2, tooFew: true, low: null });
	});

	it('says nothing without answers, and nothing for certain where all agree', () => {
		expect(goodShare([], options)).toMatchObject({ value: null, n: 0, tooFew: true });
		expect(goodShare(answers(60, 60, 30), options)).toMatchObject({ value: 1, method: 'wilson', ...wilsonInterval(30, 30) });
	});
});
