import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { singleAnswerAuc } from './single-answer-auc.ts';

const options = { seed: 's', resamples: 50 };
const answer = fc.record({ group: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz'), score: fc.integer({ min: -3, max: 3 }), good: fc.boolean() });

describe('singleAnswerAuc', () => {
	it('is the share of good–bad pairs in which the good answer scores higher, ties ½', () => {
		fc.assert(
			fc.property(fc.array(answer, { maxLength: 60 }), (items) => {
				const pairs = items.filter(({ good }) => good).flatMap((good) => items.filter((item) => !item.good).map((bad) => Math.sign(good.score - bad.score) / 2 + 0.5));
				const { value, low, high } = singleAnswerAuc(items, options);
				if (pairs.length === 0) expect(value).toBeNull();
				else expect(value).toBeCloseTo(pairs.reduce((sum, win) => sum + win, 0) / pairs.length, 12);
				for (const bound of [low, high]) if (bound !== null) expect(bound >= 0 && bound <= 1).toBe(true);
			})
		);
	});

	it('gives an interval from 20 groups on', () => {
		const items = (groups: number) => Array.from({ length: 80 }, (_, i) => ({ group: `g${i % groups}`, score: (i * 7) % 11, good: i % 3 === 0 }));
		expect(singleAnswerAuc(items(19), options)).toMatchObject({ tooFew: true, low: null, method: 'none' });
		const { low, value, high } = singleAnswerAuc(items(20), options);
		expect((low ?? 1) <= (value ?? NaN) && (value ?? NaN) <= (high ?? 0)).toBe(true);
	});

	it('throws on scores that are not finite', () => {
		expect(() => singleAnswerAuc([{ group: 'g', score: NaN, good: true }], options)).toThrow(RangeError);
	});
});
