import { describe, expect, it } from 'vitest';
import { createRng } from '../rng.ts';
import { battlesOf } from './battle.ts';
import type { Battle, JudgedPair } from './battle.ts';
import { logistic } from './fit.ts';
import { rank } from './ranking.ts';

/** Battles of two, each on a prompt of its own, of which the first wins so many. */
const battles = (a: string, b: string, wins: number, of: number, tag = `${a}${b}`): Battle[] => Array.from({ length: of }, (_, index) => ({ a, b, score: Number(index < wins), group: `${tag}${index}`, judge: `j${index % 3}`, weight: 1, style: [] }));
const options = { base: 'base', order: ['base', 'one', 'two', 'three'] };

describe('ranking', () => {
	it('of two is the log-odds of their wins, with the base at nought', () => {
		const { scales, oneWay } = rank(battles('one', 'base', 30, 40), options);
		expect(oneWay).toEqual([]);
		const [first, last] = scales[0]?.standings ?? [];
		expect([first?.competitor, last?.competitor]).toEqual(['one', 'base']);
		expect(first?.strength.value).toBeCloseTo(Math.log(3), 10);
		expect(first?.wins.value).toBeCloseTo(0.75, 10);
		expect(last?.strength).toMatchObject({ value: 0, low: 0, high: 0 });
		expect([first?.judgments, first?.points, first?.strength.n, first?.strength.groups]).toEqual([40, 30, 40, 40]);
		expect(first?.places).toEqual({ best: 1, worst: 1 });
		expect(last?.places).toEqual({ best: 2, worst: 2 });
	});

	it('goes through others: who beat who beat the base stands above both', () => {
		const [scale] = rank([...battles('one', 'base', 30, 45), ...battles('two', 'one', 30, 45)], options).scales;
		expect(scale?.standings.map(({ competitor }) => competitor)).toEqual(['two', 'one', 'base']);
		expect(scale?.standings[0]?.strength.value).toBeCloseTo(2 * Math.log(2), 8);
		expect(scale?.against('two', 'one').value).toBeCloseTo(Math.log(2), 8);
	});

	it('says too few where a single thin link carries the comparison', () => {
		const [scale] = rank([...battles('one', 'base', 30, 60), ...battles('two', 'one', 3, 5)], options).scales;
		const of = (name: string) => scale?.standings.find(({ competitor }) => competitor === name)?.strength;
		expect(of('one')).toMatchObject({ tooFew: false, groups: 65 });
		expect(of('two')).toMatchObject({ tooFew: true, low: null, high: null, groups: 5 });
	});

	it('gives those apart a scale of their own, and none to who only ever won', () => {
		const { scales, oneWay } = rank([...battles('one', 'base', 12, 25), ...battles('two', 'three', 9, 25), ...battles('four', 'one', 5, 5)], options);
		expect(scales.map(({ anchor, standings }) => [anchor, standings.length])).toEqual([['base', 2], ['two', 2]]);
		expect(oneWay).toEqual([{ competitor: 'four', judgments: 5, points: 5 }]);
	});

	it('clusters by annotator too from ten of them on', () => {
		const judged = (people: number) => rank(battles('one', 'base', 30, 60).map((battle, index) => ({ ...battle, judge: `j${index % people}` })), options).scales[0];
		expect([judged(9)?.clusteredBy, judged(9)?.annotators]).toEqual(['prompt_group', 9]);
		expect([judged(10)?.clusteredBy, judged(10)?.annotators]).toEqual(['prompt_group_and_annotator', 10]);
	});

	it('holds style level: an advantage that is all length goes to the length', () => {
		const rng = createRng('style');
		const drawn = Array.from({ length: 1500 }, (_, index): Battle => {
			// One writes longer most of the time; people only ever follow the length.
			const style = [0.4 + (rng.next() - 0.5)];
			return { a: 'one', b: 'base', score: Number(rng.next() < logistic(2 * (style[0] ?? 0))), group: `g${index}`, judge: 'j', weight: 1, style };
		});
		const plain = rank(drawn.map((battle) => ({ ...battle, style: [] })), options).scales[0]?.against('one', 'base');
		const [held] = rank(drawn, options).scales;
		expect(plain?.low ?? 0).toBeGreaterThan(0.4);
		expect(held?.against('one', 'base').low ?? 1).toBeLessThan(0);
		expect(held?.effects[0]?.value ?? 0).toBeCloseTo(2, 0);
		expect(held?.styleLeftOut).toBe(false);
	});

	it('leaves style out, and says so, where it is the same as who wrote', () => {
		const [scale] = rank(battles('one', 'base', 30, 60).map((battle) => ({ ...battle, style: [0.5, 0] })), options).scales;
		expect([scale?.styleLeftOut, scale?.effects]).toEqual([true, [null, null]]);
		expect(scale?.against('one', 'base').value).toBeCloseTo(0, 10);
	});
});

describe('battles of judged pairs', () => {
	const pair = (of: Partial<JudgedPair>): JudgedPair => ({ a: 'one', b: 'base', group: 'g', propensity: 1, style: [], judgments: [{ judge: 'j', verdict: 'a' }], ...of });

	it('weigh each comparison alike however often it was judged, and by the inverse of its propensity', () => {
		const made = battlesOf([pair({ judgments: [{ judge: 'j', verdict: 'a' }, { judge: 'k', verdict: 'tie' }] }), pair({ propensity: 0.25 }), pair({ judgments: [{ judge: 'j', verdict: 'both_bad' }] })]);
		expect(made.map(({ score }) => score)).toEqual([1, 0.5, 1, 0.5]);
		const [first = 0, second = 0, third = 0, fourth = 0] = made.map(({ weight }) => weight);
		expect(first + second).toBeCloseTo(fourth, 12);
		expect(third).toBeCloseTo(4 * fourth, 12);
		expect(first + second + third + fourth).toBeCloseTo(4, 12);
	});

	it('undo a policy that likes to choose what one side wins', () => {
		const rng = createRng('propensity');
		// Half of the prompts suit the one, half the base; those that suit the one are nine times as likely to be compared.
		const pairs = Array.from({ length: 8000 }, (_, index) => {
			const suits = index % 2 === 0;
			const propensity = suits ? 0.9 : 0.1;
			return rng.next() < propensity ? [pair({ group: `g${index}`, propensity, judgments: [{ judge: 'j', verdict: rng.next() < (suits ? 0.8 : 0.2) ? 'a' : 'b' }] })] : [];
		}).flat();
		const strength = (weighted: boolean) => rank(battlesOf(pairs).map((battle) => (weighted ? battle : { ...battle, weight: 1 })), options).scales[0]?.against('one', 'base');
		expect(strength(false)?.low ?? 0).toBeGreaterThan(0.5);
		expect([(strength(true)?.low ?? 1) < 0, (strength(true)?.high ?? -1) > 0]).toEqual([true, true]);
	});

	it('leave out what compares a competitor with itself', () => {
		expect(battlesOf([pair({ b: 'one' })])).toEqual([]);
	});
});
