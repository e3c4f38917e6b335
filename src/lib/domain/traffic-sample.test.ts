import fc from 'fast-check';
import { expect, it } from 'vitest';
import { drawQuestions, noveltyMeasure, onceEach } from './traffic-sample.ts';
import type { AskedQuestion } from './traffic-sample.ts';

const question = (id: string, thumb: AskedQuestion['thumb'] = null): AskedQuestion => ({ id, thumb, confidence: null });
const noveltyOf = (texts: string[], known: string[]): number[] => texts.map(noveltyMeasure(texts, known));
const none = { thumbsDown: false, randomPercent: 0, novel: 0, unsure: 0 };

it('finds a known question not new, and one that shares nothing wholly new', () => {
	const known = ['May my tenant sublet the flat?', '我可以转租房屋吗？'];
	const [same, alike, other, han] = noveltyOf(['May my tenant sublet the flat?', 'May my tenant sublet a room?', 'Patent deadlines abroad', '我可以转租房屋吗'], known);
	expect(same).toBeCloseTo(0, 9);
	expect(han).toBeCloseTo(0, 9);
	expect(other).toBe(1);
	expect(alike).toBeGreaterThan(0.2);
	expect(alike).toBeLessThan(0.7);
	expect(noveltyOf(['anything'], [])).toEqual([1]);
});

it('is between 0 and 1 for any texts', () => {
	fc.assert(fc.property(fc.array(fc.string(), { maxLength: 8 }), fc.array(fc.string(), { maxLength: 8 }), (texts, known) => noveltyOf(texts, known).every((far) => far >= 0 && far <= 1)));
});

it('draws what was disliked, what is new, and its share by lot, each with why', () => {
	const questions = [question('a', 'down'), question('b', 'up'), question('c'), question('d')];
	const of = { seed: 's', novelty: noveltyOf(['May I sublet?', 'May I sublet?', 'Trade marks', 'Patent deadlines abroad'], ['May I sublet?']), fresh: [] };
	expect(drawQuestions(questions, none, of)).toEqual([]);
	expect(drawQuestions(questions, { ...none, thumbsDown: true }, of)).toEqual([{ id: 'a', why: ['thumbs_down'], propensity: null }]);
	expect(drawQuestions(questions, { ...none, novel: 1 }, of)).toEqual([{ id: 'c', why: ['novel'], propensity: null }]);
	expect(drawQuestions(questions, { ...none, novel: 9 }, of).map(({ id }) => id)).toEqual(['c', 'd']);
	expect(drawQuestions(questions, { thumbsDown: true, randomPercent: 100, novel: 1, unsure: 0 }, of).map(({ why, propensity }) => [why.join(), propensity])).toEqual([['thumbs_down,random', 1], ['random', 1], ['random,novel', 1], ['random', 1]]);
});

it('draws those of whose answers the model was least sure, where it was measured', () => {
	const questions = [0.9, null, 0.2, 0.4, 0.2].map((confidence, at) => ({ ...question('abcde'[at] ?? ''), confidence }));
	const drawn = (unsure: number) => drawQuestions(questions, { ...none, unsure }, { seed: 's', novelty: [], fresh: questions }).map(({ id, why }) => `${id} ${why.join()}`);
	expect([drawn(0), drawn(1), drawn(3), drawn(9)]).toEqual([[], ['c unsure'], ['c unsure', 'd unsure', 'e unsure'], ['a unsure', 'c unsure', 'd unsure', 'e unsure']]);
});

it('draws the share that it states, and the same when it draws again', () => {
	const questions = Array.from({ length: 20_000 }, (_, i) => question(`q${i}`));
	const drawn = drawQuestions(questions, { ...none, randomPercent: 10 }, { seed: 's', novelty: [], fresh: questions });
	expect(Math.abs(drawn.length / 200 - 10)).toBeLessThan(1);
	expect(new Set(drawn.map(({ propensity }) => propensity))).toEqual(new Set([0.1]));
	const more = new Set(drawQuestions([...questions, question('later')], { ...none, randomPercent: 20 }, { seed: 's', novelty: [], fresh: questions }).map(({ id }) => id));
	expect(drawn.every(({ id }) => more.has(id))).toBe(true);
});

it('lets a question be drawn once because the model was unsure, and none that the project has', () => {
	const asked = ([['a', 0.9], ['b', 0.4], ['c', null], ['d', 0.1], ['e', 0.2]] as const).map(([id, confidence]) => ({ ...question(id), confidence }));
	expect(onceEach(asked, ['May I sublet?', 'May I sublet?', 'May I sublet?', 'Known?', 'Other?'], ['Known?']).map(({ id }) => id)).toEqual(['b', 'e']);
});
