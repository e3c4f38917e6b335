import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MIN_GROUPS } from '../cluster-bootstrap.ts';
import { createRng } from '../rng.ts';
import { agreementAlpha, alphaFigure } from './alpha-figure.ts';
import { addUnit, emptyCoincidences } from './coincidences.ts';
import { krippendorffAlpha } from './krippendorff-alpha.ts';
import { categoryOf, PAIR_NOMINAL, PAIR_ORDINAL, SINGLE_NOMINAL } from './scale.ts';
import type { Scale } from './scale.ts';
import { byComparison, coincidencesByGroup, countUnits } from './units.ts';
import type { AgreementJudgment } from './units.ts';

const options = { seed: 's', resamples: 200 };
const VALUES = [
	{ verdict: 'a', strength: 'clearly' }, { verdict: 'a', strength: 'slightly' }, { verdict: 'a' }, { verdict: 'tie' },
	{ verdict: 'b' }, { verdict: 'b', strength: 'clearly' }, { verdict: 'both_bad' }, { verdict: 'cannot_judge' }
] as const;

/** Judges who know the truth with probability `faithful` and toss a coin otherwise: nominal alpha of the population is faithful². */
function judged(seed: string, size: { groups: number; perGroup: number; judges: number }, faithful: number): AgreementJudgment[] {
	const rng = createRng(seed);
	const toss = (): 'a' | 'b' => (rng.int(2) === 0 ? 'a' : 'b');
	return Array.from({ length: size.groups * size.perGroup }, (_, unit) => {
		const truth = toss();
		return Array.from({ length: size.judges }, (__, judge): AgreementJudgment => ({ group: `g${unit % size.groups}`, comparison: `c${unit}`, judge: `j${judge}`, verdict: rng.next() < faithful ? truth : toss() }));
	}).flat();
}

const anyJudgments = fc.array(fc.record({ comparison: fc.nat(80), judge: fc.nat(4), value: fc.constantFrom(...VALUES) }), { minLength: 60, maxLength: 400 }).map((list) => {
	const once = new Map(list.map((one) => [`${one.comparison} ${one.judge}`, one]));
	return [...once.values()].map(({ comparison, judge, value }): AgreementJudgment => ({ group: `g${comparison % 30}`, comparison: `c${comparison}`, judge: `j${judge}`, ...value }));
});

describe('agreementAlpha', () => {
	it('says nothing about an interval below 20 groups, and does from 20 on', () => {
		const few = agreementAlpha(byComparison(judged('x', { groups: MIN_GROUPS - 1, perGroup: 5, judges: 3 }, 0.7)), PAIR_NOMINAL, options);
		expect(few).toMatchObject({ value: expect.any(Number), low: null, high: null, n: 19 * 15, groups: 19, method: 'none', reason: 'too_few' });
		const enough = agreementAlpha(byComparison(judged('x', { groups: MIN_GROUPS, perGroup: 5, judges: 3 }, 0.7)), PAIR_NOMINAL, options);
		expect(enough).toMatchObject({ low: expect.any(Number), high: expect.any(Number), groups: 20, method: 'cluster_bootstrap' });
		expect(enough).not.toHaveProperty('reason');
	});

	it('counts only groups with something to pair', () => {
		const alone = Array.from({ length: 50 }, (_, i): AgreementJudgment => ({ group: `alone${i}`, comparison: `alone${i}`, judge: 'j', verdict: 'a' }));
		const pairs = judged('x', { groups: 25, perGroup: 1, judges: 2 }, 0.5);
		expect(agreementAlpha(byComparison([...alone, ...pairs]), PAIR_NOMINAL, options)).toEqual(agreementAlpha(byComparison(pairs), PAIR_NOMINAL, options));
	});

	it('gives the same for the same seed in any order of input, and other bounds for another seed', () => {
		fc.assert(
			fc.property(anyJudgments, fc.constantFrom<Scale>(PAIR_NOMINAL, PAIR_ORDINAL), fc.string(), (judgments, scale, order) => {
				expect(agreementAlpha(byComparison(createRng(order).shuffle(judgments)), scale, options)).toEqual(agreementAlpha(byComparison(judgments), scale, options));
			}),
			{ numRuns: 30 }
		);
		const judgments = judged('x', { groups: 40, perGroup: 2, judges: 3 }, 0.6);
		expect(agreementAlpha(byComparison(judgments), PAIR_NOMINAL, { ...options, seed: 't' }).low).not.toBe(agreementAlpha(byComparison(judgments), PAIR_NOMINAL, options).low);
	});

	it('equals resampling the judgments themselves', () => {
		fc.assert(
			fc.property(anyJudgments, fc.constantFrom<Scale>(PAIR_NOMINAL, PAIR_ORDINAL), (judgments, scale) => {
				// One resample: both bounds are its alpha.
				const figure = agreementAlpha(byComparison(judgments), scale, { seed: 'one', resamples: 1 });
				fc.pre(figure.method === 'cluster_bootstrap');
				const units = countUnits(byComparison(judgments), scale).filter(({ counts }) => counts.reduce((sum, count) => sum + count, 0) >= 2);
				const groups = [...new Set(units.map(({ group }) => group))].sort();
				const rng = createRng('one');
				const resample = emptyCoincidences(scale.categories.length);
				for (let draw = 0; draw < groups.length; draw++) {
					const drawn = groups[rng.int(groups.length)];
					for (const { counts } of units.filter(({ group }) => group === drawn)) addUnit(resample, counts);
				}
				expect(figure.low).toBeCloseTo(krippendorffAlpha(resample, scale.metric).value ?? NaN, 10);
				expect(figure.high).toBe(figure.low);
			}),
			{ numRuns: 60 }
		);
	});

	it('covers the alpha of the population about 95 times in 100', () => {
		let covered = 0;
		for (let trial = 0; trial < 200; trial++) {
			const { low, high } = agreementAlpha(byComparison(judged(`trial ${trial}`, { groups: 60, perGroup: 2, judges: 3 }, 0.8)), PAIR_NOMINAL, { seed: `s${trial}`, resamples: 300 });
			if ((low ?? 1) <= 0.64 && 0.64 <= (high ?? 0)) covered += 1;
		}
		expect(covered).toBeGreaterThan(178);
		expect(covered).toBeLessThan(200);
	});

	it('is not fooled by copies: comparisons that repeat within their group do not narrow the interval', () => {
		const once = judged('x', { groups: 40, perGroup: 1, judges: 2 }, 0.6);
		const tenTimes = Array.from({ length: 10 }, (_, copy) => once.map((judgment) => ({ ...judgment, comparison: `${judgment.comparison} ${copy}` }))).flat();
		const width = ({ low, high }: { low: number | null; high: number | null }): number => (high ?? NaN) - (low ?? NaN);
		expect(width(agreementAlpha(byComparison(tenTimes), PAIR_NOMINAL, options))).toBeCloseTo(width(agreementAlpha(byComparison(once), PAIR_NOMINAL, options)), 1);
	});

	it('does not claim certainty when nobody disagreed', () => {
		const judgments = judged('x', { groups: 40, perGroup: 2, judges: 3 }, 1);
		for (const scale of [PAIR_NOMINAL, PAIR_ORDINAL]) {
			expect(agreementAlpha(byComparison(judgments), scale, options)).toMatchObject({ value: 1, high: 1, low: expect.closeTo(0.9124, 4), method: 'wilson' });
		}
	});

	it('gives no interval where many resamples hold one category only', () => {
		const judgments = Array.from({ length: 40 }, (_, i) => ['x', 'y'].map((judge): AgreementJudgment => ({ group: `g${i}`, comparison: `c${i}`, judge, verdict: i === 0 && judge === 'x' ? 'b' : 'a' }))).flat();
		expect(agreementAlpha(byComparison(judgments), PAIR_NOMINAL, options)).toMatchObject({ value: expect.closeTo(0, 1), low: null, high: null, reason: 'little_variation' });
	});

	it('says why there is no value', () => {
		const all = (verdict: AgreementJudgment['verdict']): AgreementJudgment[] => judged('x', { groups: 30, perGroup: 1, judges: 2 }, 1).map((judgment) => ({ ...judgment, verdict }));
		expect(agreementAlpha(byComparison(all('tie')), PAIR_NOMINAL, options)).toEqual({ value: null, low: null, high: null, n: 60, groups: 30, method: 'none', reason: 'one_category' });
		expect(agreementAlpha(byComparison(all('both_bad')), PAIR_ORDINAL, options)).toMatchObject({ value: null, n: 0, groups: 0, reason: 'no_pairable_values' });
		expect(agreementAlpha(byComparison(all('a')), SINGLE_NOMINAL, options)).toMatchObject({ value: null, reason: 'no_pairable_values' });
		expect(agreementAlpha(byComparison([]), PAIR_NOMINAL, options)).toMatchObject({ value: null, reason: 'no_pairable_values' });
	});
});

describe('alphaFigure', () => {
	it('takes groups as they were kept, in any order', () => {
		const judgments = judged('x', { groups: 30, perGroup: 2, judges: 3 }, 0.6);
		const groups = coincidencesByGroup(countUnits(byComparison(judgments), PAIR_NOMINAL), 4);
		const kept = JSON.parse(JSON.stringify([...groups].reverse())) as typeof groups;
		expect(alphaFigure(kept, 'nominal', options)).toEqual(agreementAlpha(byComparison(judgments), PAIR_NOMINAL, options));
	});
});

describe('countUnits', () => {
	it('counts values by comparison and leaves missing ones out', () => {
		fc.assert(
			fc.property(anyJudgments, fc.constantFrom<Scale>(PAIR_NOMINAL, PAIR_ORDINAL), (judgments, scale) => {
				const total = countUnits(byComparison(judgments), scale).flatMap(({ counts }) => counts).reduce((sum, count) => sum + count, 0);
				expect(total).toBe(judgments.filter((judgment) => categoryOf(scale, judgment) !== null).length);
			})
		);
	});
});
