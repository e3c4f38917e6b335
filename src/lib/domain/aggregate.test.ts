import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aggregate } from './aggregate.ts';
import { createRng } from './rng.ts';
import { PAIR_VERDICTS } from './verdict.ts';
import type { Verdict } from './verdict.ts';

const votes = (...verdicts: Verdict[]) => verdicts.map((verdict) => ({ verdict, adjudication: false }));
const ruling = (verdict: Verdict) => ({ verdict, adjudication: true });

describe('aggregate', () => {
	it('takes what more than half say', () => {
		expect(aggregate(votes('a', 'a', 'b'), 3)).toEqual({ kind: 'decided', verdict: 'a', by: 'majority', votes: { a: 2, b: 1 } });
		expect(aggregate(votes('good'), 1)).toMatchObject({ verdict: 'good' });
	});

	it('does not take half, nor the largest part below half', () => {
		expect(aggregate(votes('a', 'b'), 2)).toEqual({ kind: 'no_majority', votes: { a: 1, b: 1 } });
		expect(aggregate(votes('a', 'a', 'b', 'tie', 'both_bad'), 5).kind).toBe('no_majority');
	});

	it('counts tie and both_bad as votes of their own', () => {
		expect(aggregate(votes('tie', 'tie', 'a'), 3)).toMatchObject({ kind: 'decided', verdict: 'tie' });
		expect(aggregate(votes('both_bad', 'a', 'tie'), 3).kind).toBe('no_majority');
	});

	it('waits for the overlap, and cannot_judge does not help', () => {
		expect(aggregate(votes('a', 'a', 'cannot_judge'), 3)).toEqual({ kind: 'incomplete', have: 2, need: 3 });
		expect(aggregate([], 1)).toEqual({ kind: 'incomplete', have: 0, need: 1 });
	});

	it('lets an adjudication decide, against the majority and before the overlap is full', () => {
		expect(aggregate([...votes('a', 'a', 'b'), ruling('b')], 3)).toEqual({ kind: 'decided', verdict: 'b', by: 'adjudication', votes: { b: 1 } });
		expect(aggregate([ruling('tie')], 3)).toMatchObject({ kind: 'decided', verdict: 'tie' });
		expect(aggregate([...votes('a'), ruling('cannot_judge')], 1)).toMatchObject({ verdict: 'a', by: 'majority' });
		expect(aggregate([...votes('a'), ruling('a'), ruling('b')], 1)).toEqual({ kind: 'no_majority', votes: { a: 1, b: 1 } });
	});

	it('does not depend on the order of judgments', () => {
		const judgment = fc.record({ verdict: fc.constantFrom(...PAIR_VERDICTS), adjudication: fc.boolean() });
		fc.assert(
			fc.property(fc.array(judgment, { maxLength: 8 }), fc.integer({ min: 1, max: 5 }), fc.string(), (judgments, overlap, seed) => {
				expect(aggregate(createRng(seed).shuffle(judgments), overlap)).toEqual(aggregate(judgments, overlap));
			})
		);
	});

	it('treats a and b alike', () => {
		const swap = (verdict: Verdict): Verdict => (verdict === 'a' ? 'b' : verdict === 'b' ? 'a' : verdict);
		fc.assert(
			fc.property(fc.array(fc.constantFrom(...PAIR_VERDICTS), { maxLength: 7 }), (verdicts) => {
				const [one, other] = [aggregate(votes(...verdicts), 3), aggregate(votes(...verdicts.map(swap)), 3)];
				expect(other.kind).toBe(one.kind);
				if (one.kind === 'decided' && other.kind === 'decided') expect(other.verdict).toBe(swap(one.verdict));
			})
		);
	});
});
