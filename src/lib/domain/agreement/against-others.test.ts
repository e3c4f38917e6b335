import fc from 'fast-check';
import { expect, test } from 'vitest';
import { againstOthers } from './against-others.ts';
import { pairwiseAgreement } from './pairwise.ts';
import { PAIR_NOMINAL, PAIR_ORDINAL } from './scale.ts';
import { byComparison } from './units.ts';
import type { AgreementJudgment } from './units.ts';

const verdict = fc.constantFrom('a' as const, 'b' as const, 'tie' as const, 'both_bad' as const, 'cannot_judge' as const);
const options = { seed: 'any', resamples: 50 };

/** Each comparison once by each judge who is given a verdict. */
const judged = (judges: readonly string[], verdicts: readonly (readonly AgreementJudgment['verdict'][])[]): AgreementJudgment[] =>
	verdicts.flatMap((row, i) => row.flatMap((said, j) => (judges[j] === undefined ? [] : [{ group: `g${i}`, comparison: `c${i}`, judge: judges[j], verdict: said }])));

test('with a single other it is what the two have between them', () => {
	fc.assert(
		fc.property(fc.array(fc.tuple(verdict, verdict), { maxLength: 60 }), fc.constantFrom(PAIR_NOMINAL, PAIR_ORDINAL), (rows, scale) => {
			const judgments = judged(['me', 'you'], rows);
			const { alpha, equal } = pairwiseAgreement(byComparison(judgments), ['me', 'you'], scale, options);
			expect(againstOthers(byComparison(judgments), 'me', scale, options)).toEqual({ alpha, equal });
		}),
		{ numRuns: 60 }
	);
});

test('others among themselves change nothing, and who they are neither', () => {
	const rows = Array.from({ length: 30 }, (_, i) => ['a', i % 3 === 0 ? 'b' : 'a', i % 2 === 0 ? 'b' : 'a'] as const);
	const judgments = judged(['me', 'you', 'they'], rows);
	const alone = judged(['x', 'you', 'they'], rows.map((row) => row)).map((one) => ({ ...one, comparison: `other ${one.comparison}`, group: `other ${one.group}` }));
	const own = againstOthers(byComparison(judgments), 'me', PAIR_NOMINAL, options);
	expect(own.equal).toMatchObject({ n: 60, groups: 30, value: (20 + 15) / 60 });
	expect(againstOthers(byComparison([...judgments, ...alone]), 'me', PAIR_NOMINAL, options)).toEqual(own);
	const renamed = judgments.map((one) => ({ ...one, judge: { me: 'me', you: 'they', they: 'you' }[one.judge] ?? '' }));
	expect(againstOthers(byComparison(renamed), 'me', PAIR_NOMINAL, options)).toEqual(own);
});

test('who judged alone has nothing to be compared with', () => {
	expect(againstOthers(byComparison(judged(['me'], [['a'], ['b']])), 'me', PAIR_NOMINAL, options).equal).toMatchObject({ value: null, n: 0, reason: 'no_observations' });
});
