import { describe, expect, it } from 'vitest';
import type { Verdict } from '../verdict.ts';
import { agreementAlpha } from './alpha-figure.ts';
import { pairwiseAgreement, pairwiseAgreements } from './pairwise.ts';
import { PAIR_NOMINAL, PAIR_ORDINAL } from './scale.ts';
import { byComparison } from './units.ts';
import type { AgreementJudgment } from './units.ts';

const options = { seed: 's', resamples: 100 };
const of = (judge: string, verdicts: readonly (Verdict | null)[], perGroup = 1): AgreementJudgment[] =>
	verdicts.flatMap((verdict, i) => (verdict === null ? [] : [{ group: `g${Math.floor(i / perGroup)}`, comparison: `c${i}`, judge, verdict }]));
const cycle = (count: number, verdicts: readonly Verdict[]): Verdict[] => Array.from({ length: count }, (_, i) => verdicts[i % verdicts.length] ?? 'tie');

describe('pairwiseAgreement', () => {
	it('goes by the comparisons that both judged', () => {
		const judgments = [...of('x', ['a', 'b', 'tie', 'a', null, 'cannot_judge']), ...of('y', ['a', 'b', 'a', null, 'b', 'a']), ...of('z', ['b', 'b', 'b', 'b', 'b', 'b'])];
		const { judges, alpha, equal } = pairwiseAgreement(byComparison(judgments), ['y', 'x'], PAIR_NOMINAL, options);
		expect(judges).toEqual(['x', 'y']);
		expect(equal).toEqual({ value: expect.closeTo(2 / 3, 12), low: null, high: null, n: 3, groups: 3, method: 'none', reason: 'too_few' });
		const both = [...of('x', ['a', 'b', 'tie']), ...of('y', ['a', 'b', 'a'])];
		expect(alpha).toEqual(agreementAlpha(byComparison(both), PAIR_NOMINAL, options));
		expect(alpha.n).toBe(6);
	});

	it('takes Wilson for one comparison a prompt, the cluster bootstrap for several', () => {
		const [x, y] = [cycle(60, ['a', 'b', 'a']), cycle(60, ['a', 'b', 'b'])];
		expect(pairwiseAgreement(byComparison([...of('x', x), ...of('y', y)]), ['x', 'y'], PAIR_NOMINAL, options).equal).toMatchObject({ value: expect.closeTo(2 / 3, 12), method: 'wilson', groups: 60 });
		expect(pairwiseAgreement(byComparison([...of('x', x, 2), ...of('y', y, 2)]), ['x', 'y'], PAIR_NOMINAL, options).equal).toMatchObject({ method: 'cluster_bootstrap', groups: 30, n: 60 });
	});

	it('is 1 for two who always agree, and says why nothing is known of two who never met', () => {
		const judgments = [...of('x', cycle(30, ['a', 'b'])), ...of('y', cycle(30, ['a', 'b']))];
		expect(pairwiseAgreement(byComparison(judgments), ['x', 'y'], PAIR_NOMINAL, options)).toMatchObject({ alpha: { value: 1, method: 'wilson' }, equal: { value: 1, method: 'wilson' } });
		expect(pairwiseAgreement(byComparison(judgments), ['x', 'nobody'], PAIR_NOMINAL, options)).toMatchObject({
			judges: ['nobody', 'x'], alpha: { value: null, reason: 'no_pairable_values' }, equal: { value: null, n: 0, reason: 'no_observations' }
		});
		expect(() => pairwiseAgreement(byComparison(judgments), ['x', 'x'], PAIR_NOMINAL, options)).toThrow(RangeError);
	});
});

describe('pairwiseAgreements', () => {
	const judgments = [...of('z', ['a', 'b', null, 'tie']), ...of('x', ['a', 'a', 'b', null]), ...of('y', [null, null, 'b', 'both_bad'])];

	it('lists every two judges who met, alphabetically, each as alone', () => {
		const all = pairwiseAgreements(byComparison(judgments), PAIR_NOMINAL, options);
		expect(all.map(({ judges }) => judges.join(' '))).toEqual(['x y', 'x z', 'y z']);
		for (const one of all) expect(one).toEqual(pairwiseAgreement(byComparison(judgments), one.judges, PAIR_NOMINAL, options));
		expect(pairwiseAgreements(byComparison([...judgments].reverse()), PAIR_NOMINAL, options)).toEqual(all);
	});

	it('lets missing values of the scale pass', () => {
		expect(pairwiseAgreements(byComparison(judgments), PAIR_ORDINAL, options).map(({ judges }) => judges.join(' '))).toEqual(['x y', 'x z']);
	});

	it('leaves a comparison out where one name stands for several people', () => {
		const twice = [...judgments, ...of('x', ['b'])];
		expect(pairwiseAgreement(byComparison(twice), ['x', 'z'], PAIR_NOMINAL, options).equal).toMatchObject({ n: 1, value: 0 });
	});
});
