import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MIN_GROUPS_A_KIND, singleAnswerAuc } from './single-answer-auc.ts';

type Golden = { madeWith: Record<string, string>; sets: { good: number[]; bad: number[]; auc: number | null }[] };
const golden = JSON.parse(readFileSync(new URL('../../../test/golden/single-answer-auc.json', import.meta.url), 'utf8')) as Golden;

const options = { seed: 's', resamples: 50 };
const answer = fc.record({ group: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz'), score: fc.integer({ min: -3, max: 3 }), good: fc.boolean() });
const items = (groups: number, of: (i: number) => { score: number; good: boolean }) => Array.from({ length: 80 }, (_, i) => ({ group: `g${i % groups}`, ...of(i) }));

describe('singleAnswerAuc', () => {
	it('is scikit-learn’s roc_auc_score to 1e-12, ties included', () => {
		const tied = golden.sets.filter(({ good, bad }) => good.some((score) => bad.includes(score)));
		expect(tied.length).toBeGreaterThan(100);
		expect(golden.sets.filter(({ auc }) => auc === null).length).toBeGreaterThan(0);
		for (const { good, bad, auc } of golden.sets) {
			const scored = [...good.map((score) => ({ group: 'g', score, good: true })), ...bad.map((score) => ({ group: 'g', score, good: false }))];
			const { value } = singleAnswerAuc(scored, options);
			if (auc === null || value === null) expect(value).toBe(auc);
			else expect(Math.abs(value - auc)).toBeLessThan(1e-12);
		}
	});

	it('is the share of good–bad pairs in which the good answer scores higher, ties ½', () => {
		fc.assert(
			fc.property(fc.array(answer, { maxLength: 60 }), (list) => {
				const pairs = list.filter(({ good }) => good).flatMap((good) => list.filter((item) => !item.good).map((bad) => Math.sign(good.score - bad.score) / 2 + 0.5));
				const { value, low, high } = singleAnswerAuc(list, options);
				if (pairs.length === 0) expect(value).toBeNull();
				else expect(value).toBeCloseTo(pairs.reduce((sum, win) => sum + win, 0) / pairs.length, 12);
				for (const bound of [low, high]) if (bound !== null) expect(bound >= 0 && bound <= 1).toBe(true);
			})
		);
	});

	it('gives an interval from 20 groups on', () => {
		const mixed = (groups: number) => items(groups, (i) => ({ score: (i * 7) % 11, good: i % 3 === 0 }));
		expect(singleAnswerAuc(mixed(19), options)).toMatchObject({ tooFew: true, low: null, method: 'none' });
		const { low, value, high } = singleAnswerAuc(mixed(20), options);
		expect((low ?? 1) <= (value ?? NaN) && (value ?? NaN) <= (high ?? 0)).toBe(true);
	});

	it('gives none while too few groups hold a good answer, or a bad one', () => {
		const withBad = (bad: number) => items(40, (i) => ({ score: (i * 7) % 11, good: i % 40 >= bad }));
		expect(singleAnswerAuc(withBad(MIN_GROUPS_A_KIND - 1), options)).toMatchObject({ tooFew: true, low: null, groups: 40 });
		expect(singleAnswerAuc(withBad(MIN_GROUPS_A_KIND), options)).toMatchObject({ tooFew: false, method: 'cluster_bootstrap' });
	});

	it('claims no certainty where the two kinds are wholly apart', () => {
		const apart = (sign: number) => singleAnswerAuc(items(40, (i) => ({ score: i % 40 < 10 ? -sign : sign, good: i % 40 >= 10 })), options);
		expect(apart(1)).toMatchObject({ value: 1, high: 1, method: 'wilson', tooFew: false });
		expect(apart(1).low).toBeCloseTo(0.722, 3);
		expect(apart(-1)).toMatchObject({ value: 0, low: 0, method: 'wilson' });
	});

	it('is the same whatever the order of the answers', () => {
		const twoOrders = fc.array(answer, { minLength: 40, maxLength: 60 }).chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })));
		fc.assert(
			fc.property(twoOrders, ([list, shuffled]) => {
				expect(singleAnswerAuc(shuffled, options)).toEqual(singleAnswerAuc(list, options));
			})
		);
	});

	it('throws on scores that are not finite', () => {
		expect(() => singleAnswerAuc([{ group: 'g', score: NaN, good: true }], options)).toThrow(RangeError);
	});
});
