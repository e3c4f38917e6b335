import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isDisputed } from './dispute.ts';
import { DISPUTE_RULES } from './judging-policy.ts';
import { PAIR_VERDICTS, SINGLE_VERDICTS } from './verdict.ts';
import type { Verdict } from './verdict.ts';

describe('a dispute', () => {
	it.each<[Verdict[], string]>([
		[['a', 'a', 'a'], ''],
		[['a', 'a', 'b'], 'opposed any_difference'],
		[['a', 'a', 'tie'], 'any_difference'],
		[['a', 'tie', 'both_bad'], 'no_majority opposed any_difference'],
		[['a', 'b'], 'no_majority opposed any_difference'],
		[['good', 'good', 'bad'], 'opposed any_difference'],
		[['a', 'cannot_judge'], ''],
		[['a'], ''],
		[[], '']
	])('of %j is one under: %s', (verdicts, rules) => {
		expect(DISPUTE_RULES.filter((rule) => isDisputed(rule, verdicts)).join(' ')).toBe(rules);
	});

	it('under one rule is one under every later rule, whatever the order of judgments', () => {
		const pile = fc.oneof(fc.array(fc.constantFrom(...PAIR_VERDICTS), { maxLength: 15 }), fc.array(fc.constantFrom(...SINGLE_VERDICTS), { maxLength: 15 }));
		fc.assert(
			fc.property(pile, (verdicts) => {
				const found = DISPUTE_RULES.map((rule) => isDisputed(rule, verdicts));
				expect(found).toEqual([...found].sort());
				expect(DISPUTE_RULES.map((rule) => isDisputed(rule, verdicts.toReversed()))).toEqual(found);
			})
		);
	});
});
