import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deliberate, passes, strengthOf } from './deliberation.ts';
import type { HearingRule } from './deliberation.ts';
import type { BundleComparison, BundleJudgment, JudgmentKind } from './prompt-bundle.ts';
import { createRng } from './rng.ts';
import { MARGINS } from './snapshot-rule.ts';
import { PAIR_VERDICTS } from './verdict.ts';
import type { Verdict } from './verdict.ts';

const RULE: HearingRule = { origins: ['workspace'] };
const OUTSIDE: HearingRule = { origins: ['workspace', 'import'] };

type Said = Partial<BundleJudgment> & { verdict: Verdict };
const comparisonOf = (overlap: number, judgments: Said[]): BundleComparison => ({ key: 'c', mode: 'pair', a: 'x', b: 'y', overlap, judgments: judgments.map((one, i) => ({ key: `j${i}`, kind: 'counting', ...one })) });

function hear(overlap: number, rule: HearingRule, ...judgments: [Verdict, JudgmentKind][]): [string, string[]] {
	const { finding, standings } = deliberate(comparisonOf(overlap, judgments.map(([verdict, kind]) => ({ verdict, kind }))), rule);
	return [finding.kind === 'decided' ? finding.verdict : finding.why, standings.map(({ standing }) => standing)];
}
/** What counting judgments come to. */
const come = (overlap: number, verdicts: Verdict[], rule: HearingRule = RULE, more: [Verdict, JudgmentKind][] = []): string => hear(overlap, rule, ...verdicts.map((verdict): [Verdict, JudgmentKind] => [verdict, 'counting']), ...more)[0];

describe('the majority', () => {
	it('is what more than half say', () => {
		expect(come(3, ['a', 'a', 'b'])).toBe('a');
		expect(come(2, ['a', 'b'])).toBe('no_majority');
		expect(come(5, ['a', 'a', 'b', 'tie', 'both_bad'])).toBe('no_majority');
	});

	it('counts tie and both_bad as votes of their own, waits for the overlap, and cannot_judge does not help', () => {
		expect(come(3, ['tie', 'tie', 'a'])).toBe('tie');
		expect(come(3, ['both_bad', 'a', 'tie'])).toBe('no_majority');
		expect(come(3, ['a', 'a', 'cannot_judge'])).toBe('incomplete');
		expect(come(1, [])).toBe('incomplete');
	});

	it('gives way to an adjudication, even before the overlap', () => {
		expect(come(3, ['a', 'a', 'b'], RULE, [['b', 'adjudication']])).toBe('b');
		expect(come(3, [], RULE, [['tie', 'adjudication']])).toBe('tie');
		expect(come(1, ['a'], RULE, [['cannot_judge', 'adjudication']])).toBe('a');
		expect(come(1, ['a'], RULE, [['a', 'adjudication'], ['b', 'adjudication']])).toBe('no_majority');
	});

	it('depends neither on order nor on which side is called a', () => {
		const judgment = fc.record({ verdict: fc.constantFrom(...PAIR_VERDICTS), kind: fc.constantFrom('counting' as const, 'adjudication' as const) });
		const swap = (verdict: Verdict): Verdict => (verdict === 'a' ? 'b' : verdict === 'b' ? 'a' : verdict);
		fc.assert(
			fc.property(fc.array(judgment, { maxLength: 8 }), fc.integer({ min: 1, max: 5 }), fc.string(), (judgments, overlap, seed) => {
				const { finding } = deliberate(comparisonOf(overlap, judgments), RULE);
				expect(deliberate(comparisonOf(overlap, createRng(seed).shuffle(judgments)), RULE).finding).toEqual(finding);
				const swapped = deliberate(comparisonOf(overlap, judgments.map((one) => ({ ...one, verdict: swap(one.verdict) }))), RULE).finding;
				expect(swapped).toEqual(finding.kind === 'decided' ? { ...finding, verdict: swap(finding.verdict) } : finding);
			})
		);
	});
});

describe('unanimity and agreement', () => {
	it('ask for more than half', () => {
		expect(come(3, ['a', 'a', 'b'], { ...RULE, aggregation: 'unanimity' })).toBe('agreement');
		expect(come(3, ['a', 'a', 'a'], { ...RULE, aggregation: 'unanimity' })).toBe('a');
		expect(come(3, ['a', 'a', 'b'], { ...RULE, minAgreement: 0.7 })).toBe('agreement');
		expect(come(3, ['a', 'a', 'b'], { ...RULE, minAgreement: 0.6 })).toBe('a');
		expect(come(3, ['a', 'a', 'b'], { ...RULE, aggregation: 'unanimity' }, [['b', 'adjudication']])).toBe('b');
	});

	it('decide only what a majority decides, and alike', () => {
		fc.assert(
			fc.property(fc.array(fc.constantFrom(...PAIR_VERDICTS), { maxLength: 7 }), fc.integer({ min: 1, max: 4 }), fc.double({ min: 0.5, max: 1, noNaN: true }), (verdicts, overlap, minAgreement) => {
				const majority = come(overlap, verdicts);
				for (const stricter of [come(overlap, verdicts, { ...RULE, aggregation: 'unanimity' }), come(overlap, verdicts, { ...RULE, minAgreement })]) {
					if (stricter !== 'agreement') expect(stricter).toBe(majority);
				}
			})
		);
	});
});

describe('who is heard', () => {
	it('are counting judgments and adjudications', () => {
		expect(hear(1, RULE, ['a', 'counting'], ['b', 'surplus'], ['b', 'void'], ['b', 'filtered'])).toEqual(['a', ['voting', 'surplus', 'void', 'filtered']]);
		expect(hear(2, RULE, ['a', 'counting'], ['b', 'adjudication'])).toEqual(['b', ['voting', 'voting']]);
		expect(hear(1, RULE, ['cannot_judge', 'counting'], ['cannot_judge', 'void'], ['cannot_judge', 'filtered'])).toEqual(['incomplete', ['surplus', 'void', 'filtered']]);
	});

	it('are outside judgments where the rule takes their origin and nobody here has judged', () => {
		expect(hear(1, RULE, ['a', 'outside'])).toEqual(['origin', ['origin']]);
		expect(hear(3, OUTSIDE, ['a', 'outside'])).toEqual(['a', ['voting']]);
		expect(hear(3, OUTSIDE, ['a', 'outside'], ['b', 'outside'])).toEqual(['no_majority', ['voting', 'voting']]);
		expect(hear(2, OUTSIDE, ['a', 'outside'], ['b', 'counting'])).toEqual(['incomplete', ['surplus', 'voting']]);
		expect(hear(2, OUTSIDE, ['a', 'outside'], ['b', 'adjudication'])).toEqual(['b', ['surplus', 'voting']]);
		expect(hear(2, OUTSIDE, ['a', 'outside'], ['b', 'void'])).toEqual(['a', ['voting', 'void']]);
		expect(hear(2, { origins: ['import'] }, ['a', 'outside'], ['b', 'counting'])).toEqual(['a', ['voting', 'origin']]);
	});

	it('are the people that the rule names; leaving one out makes nothing incomplete', () => {
		const three: Said[] = [{ verdict: 'a', judge: 'p' }, { verdict: 'b', judge: 'q' }, { verdict: 'b', judge: 'r' }];
		const only = deliberate(comparisonOf(3, three), { ...RULE, annotators: { mode: 'only', people: ['p'] } });
		expect([only.finding, only.standings.map(({ standing }) => standing)]).toEqual([{ kind: 'decided', verdict: 'a', by: 'votes' }, ['voting', 'annotator', 'annotator']]);
		expect(deliberate(comparisonOf(3, three), { ...RULE, annotators: { mode: 'except', people: ['p', 'q', 'r'] } }).finding).toEqual({ kind: 'undecided', why: 'annotator' });
		expect(deliberate(comparisonOf(4, three), { ...RULE, annotators: { mode: 'except', people: ['q'] } }).finding).toEqual({ kind: 'undecided', why: 'incomplete' });
	});

	it('are weighed where a model weighs them', () => {
		const three: Said[] = [{ verdict: 'a', judge: 'sure' }, { verdict: 'b', judge: 'q' }, { verdict: 'b', judge: 'r' }];
		const rule: HearingRule = { ...RULE, aggregation: 'dawid_skene', minAgreement: 0.9, weighers: { pair: () => ({ a: 0.95, b: 0.05 }), single: null } };
		expect(deliberate(comparisonOf(3, three), rule).finding).toEqual({ kind: 'decided', verdict: 'a', by: 'votes' });
		expect(deliberate(comparisonOf(3, three), { ...rule, weighers: { pair: () => ({ a: 0.85, b: 0.15 }), single: null } }).finding).toEqual({ kind: 'undecided', why: 'agreement' });
	});
});

describe('criteria and strength', () => {
	const said: Said[] = [
		{ verdict: 'a', criteria: { accuracy: 'tie', tone: 'a' }, strength: 'clearly' },
		{ verdict: 'a', criteria: { accuracy: 'tie', tone: 'b' }, strength: 'slightly' },
		{ verdict: 'b', criteria: { tone: 'b' }, strength: 'slightly' }
	];
	const { ballots } = deliberate(comparisonOf(3, said), RULE);

	it('a criterion in the verdict’s place is decided by who said anything of it', () => {
		const tone = deliberate(comparisonOf(3, said), { ...RULE, criterion: 'tone' });
		expect(tone.finding).toMatchObject({ verdict: 'b' });
		const accuracy = deliberate(comparisonOf(3, said), { ...RULE, criterion: 'accuracy' });
		expect([accuracy.finding, accuracy.standings.map(({ standing }) => standing)]).toEqual([{ kind: 'decided', verdict: 'tie', by: 'votes' }, ['voting', 'voting', 'criterion']]);
		expect(deliberate(comparisonOf(3, said), { ...RULE, criterion: 'nothing' }).finding).toEqual({ kind: 'undecided', why: 'criterion' });
	});

	it('a test on a criterion asks for equal, or for the verdict’s side', () => {
		expect(passes({ key: 'accuracy', is: 'equal' }, 'pair', ballots, 'a')).toBe(true);
		expect(passes({ key: 'tone', is: 'same_way' }, 'pair', ballots, 'a')).toBe(false);
		expect(passes({ key: 'tone', is: 'same_way' }, 'pair', ballots, 'b')).toBe(true);
		expect(passes({ key: 'nothing', is: 'equal' }, 'pair', ballots, 'a')).toBe(false);
	});

	it('strength is that of those who preferred the winner', () => {
		expect(strengthOf(ballots, 'a', MARGINS)).toEqual({ margin: 0.666667, clear: false });
		expect(strengthOf(ballots, 'b', MARGINS)).toEqual({ margin: 0.333333, clear: false });
		expect(strengthOf(ballots, 'tie', MARGINS)).toBeNull();
	});

	it('a margin that a file states is clear where it is the mean of judgments of which most are clear', () => {
		const strength = fc.constantFrom('slightly' as const, 'clearly' as const);
		fc.assert(
			fc.property(fc.array(strength, { minLength: 1, maxLength: 9 }), (strengths) => {
				const people = strengthOf(deliberate(comparisonOf(1, strengths.map((one) => ({ verdict: 'a', strength: one }))), RULE).ballots, 'a', MARGINS);
				const file = deliberate(comparisonOf(1, [{ verdict: 'a', kind: 'outside', margin: people?.margin ?? null }]), OUTSIDE);
				expect(strengthOf(file.ballots, 'a', MARGINS)).toEqual(people);
			})
		);
	});
});
