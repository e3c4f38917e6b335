import { describe, expect, it } from 'vitest';
import { preferenceAccuracy } from './preference-accuracy.ts';
import { singleAnswerFigures } from './single-answer-figures.ts';
import { rankPoints, scoreOf } from './sweep-score.ts';
import type { EvaluationResults } from './evaluation-results.ts';

/** Results of so many pairs, each of its own question, the first `right` of them scored the right way round by this margin, the last `broken` without a number. */
function results(pairs: number, right: number, by = 1, broken = 0): EvaluationResults {
	const even = { chosen: -9, rejected: -9 };
	const scored = Array.from({ length: pairs }, (_, i) => ({ group: `g${i}`, logps: { base: even, checkpoint: { chosen: i >= pairs - broken ? NaN : -9 + (i < right ? by : -by), rejected: -9 } }, lengths: { chosen: 5, rejected: 5 } }));
	const checkpoint = preferenceAccuracy(scored, { seed: 's' });
	return { split: 'dev', checkpoint, parent: preferenceAccuracy([], { seed: 's', subject: 'base' }) };
}

const point = (id: string, of: EvaluationResults | null) => ({ id, score: scoreOf(of) });

describe('the score of a point', () => {
	it('is the preference accuracy of its pairs, or good against bad where there are none', () => {
		expect(scoreOf(results(30, 24))).toMatchObject({ kind: 'accuracy', figure: { value: 0.8, n: 30, tooFew: false }, notFinite: 0 });
		expect(scoreOf(null)).toBeNull();
		expect(scoreOf(results(0, 0))).toBeNull();
		const checkpoint = singleAnswerFigures(Array.from({ length: 40 }, (_, i) => ({ group: `g${i}`, good: i < 20, logps: { base: -9, checkpoint: i < 20 ? -8 : -10 }, tokens: 5 })), { seed: 's' });
		expect(scoreOf({ ...results(0, 0), single: { checkpoint, parent: checkpoint } })).toMatchObject({ kind: 'auc', figure: { value: 1 }, notFinite: 0 });
	});

	it('says how much of what it was scored on gave no number', () => {
		expect(scoreOf(results(60, 34, 1, 20))).toMatchObject({ kind: 'accuracy', figure: { value: 0.85, n: 40 }, notFinite: 20 });
		expect(scoreOf(results(30, 0, 1, 30))).toMatchObject({ figure: { value: null, n: 0 }, notFinite: 30 });
		const checkpoint = singleAnswerFigures(Array.from({ length: 40 }, (_, i) => ({ group: `g${i}`, good: i < 20, logps: { base: -9, checkpoint: i === 0 ? -Infinity : i < 20 ? -8 : -10 }, tokens: 5 })), { seed: 's' });
		expect(scoreOf({ ...results(0, 0), single: { checkpoint, parent: checkpoint } })).toMatchObject({ kind: 'auc', figure: { value: 1 }, notFinite: 1 });
		expect(scoreOf({ ...results(40, 30), single: { checkpoint, parent: checkpoint } })).toMatchObject({ kind: 'accuracy', notFinite: 1 });
	});
});

describe('the ranking', () => {
	it('puts the best first and says which others cannot be told from it', () => {
		const ranking = rankPoints([point('poor', results(40, 8)), point('none', null), point('good', results(40, 34)), point('near', results(40, 33))]);
		expect(ranking).toEqual({ order: ['good', 'near', 'poor'], best: 'good', close: ['near'] });
	});

	it('goes by the margin where the scores are equal', () => {
		expect(rankPoints([point('small', results(40, 34, 0.5)), point('large', results(40, 34, 2))]).order).toEqual(['large', 'small']);
	});

	it('puts those that diverged after all others, however well they do on what is left of them', () => {
		const few = point('few', results(60, 59, 1, 1));
		const most = point('most', results(60, 30, 1, 30));
		const near = point('near', results(40, 33));
		expect(rankPoints([most, few, point('all', results(40, 0, 1, 40)), point('poor', results(40, 8)), near, point('good', results(40, 34))])).toEqual({ order: ['good', 'near', 'poor', 'most', 'few'], best: 'good', close: ['near'] });
		expect(rankPoints([few, near])).toEqual({ order: ['near', 'few'], best: 'near', close: [] });
		expect(rankPoints([few, most])).toEqual({ order: ['few', 'most'], best: null, close: [] });
	});

	it('names no best where there are too few questions to say anything, and none without scores', () => {
		expect(rankPoints([point('one', results(10, 4)), point('two', results(10, 9))])).toEqual({ order: ['two', 'one'], best: null, close: [] });
		expect(rankPoints([point('one', null)])).toEqual({ order: [], best: null, close: [] });
	});
});
