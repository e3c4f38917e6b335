import { describe, expect, it } from 'vitest';
import { singleAnswerFigures } from './single-answer-figures.ts';
import type { ScoredSingle } from './single-answer-figures.ts';

const options = { seed: 's', resamples: 50 };
/** Answers of 40 questions, good and bad in turn; the checkpoint raised the good ones by `gain` more than its parent did. */
const answers = (gain: number, parent = 0.5): ScoredSingle[] =>
	Array.from({ length: 80 }, (_, i) => {
		const good = i % 2 === 0;
		const noise = ((i * 37) % 17) / 10;
		return { group: `g${i >> 1}`, good, tokens: 10 + (i % 5), logps: { base: -40 + i, parent: -40 + i + (good ? parent : 0) + noise, checkpoint: -40 + i + (good ? parent + gain : 0) + noise + ((i * 29) % 13) / 10 } };
	});

describe('singleAnswerFigures', () => {
	it('says how well good answers are told from bad ones, against the base and against the parent', () => {
		const learnt = singleAnswerFigures(answers(2), options);
		expect(learnt).toMatchObject({ good: 40, bad: 40, groups: 40, groupsOf: { good: 40, bad: 40 }, notFinite: 0, tooFew: false });
		expect(learnt.auc?.value).toBeGreaterThan(0.9);
		expect(learnt.versusParent?.value).toBeGreaterThan(0.9);
		const unlearnt = singleAnswerFigures(answers(-2), options);
		expect(unlearnt.versusParent?.value).toBeLessThan(0.1);
	});

	it('is exactly chance for a checkpoint that equals its parent', () => {
		const same = answers(0).map((item) => ({ ...item, logps: { ...item.logps, checkpoint: item.logps.parent ?? 0 } }));
		expect(singleAnswerFigures(same, options).versusParent).toMatchObject({ value: 0.5, low: 0.5, high: 0.5 });
	});

	it('shows nothing of the base but its raw probabilities', () => {
		const base = singleAnswerFigures(answers(1).map((item) => ({ ...item, logps: { base: item.logps.base, checkpoint: item.logps.base } })), { ...options, subject: 'base' });
		expect(base).toMatchObject({ auc: null, versusParent: null });
		expect(base.lengthNormalised.value).not.toBeNull();
	});

	it('counts answers without a finite number apart', () => {
		const broken = answers(1).map((item, i) => (i < 3 ? { ...item, logps: { ...item.logps, checkpoint: -Infinity } } : item));
		expect(singleAnswerFigures(broken, options)).toMatchObject({ notFinite: 3, good: 38, bad: 39 });
	});

	it('says nothing while one kind is missing or rare, and is too few under 20 groups', () => {
		const onlyGood = singleAnswerFigures(answers(1).filter(({ good }) => good), options);
		expect(onlyGood).toMatchObject({ tooFew: true, bad: 0, groupsOf: { good: 40, bad: 0 }, auc: { value: null, tooFew: true } });
		expect(singleAnswerFigures(answers(1).slice(0, 38), options)).toMatchObject({ groups: 19, tooFew: true, auc: { low: null } });
		expect(() => singleAnswerFigures([{ group: 'g', good: true, tokens: 0, logps: { base: 0, checkpoint: 0 } }], options)).toThrow(RangeError);
	});
});
