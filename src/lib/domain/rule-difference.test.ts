import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ruleDifferences, sameRule } from './rule-difference.ts';
import { completeRule, storedRule } from './snapshot-rule.ts';
import type { SnapshotRuleInput } from './snapshot-rule.ts';

const asked = (rule: SnapshotRuleInput = {}, objective = 'dpo', rounds: number[] | null = [1]) => ({ objective, rounds, rule: completeRule(rule) });
const anyRule = fc.record<SnapshotRuleInput>({
	aggregation: fc.constantFrom('majority', 'unanimity', 'dawid_skene'),
	minAgreement: fc.constantFrom(null, 0.6, 1),
	maxChars: fc.constantFrom(null, 100),
	matchLength: fc.boolean(),
	caps: fc.record({ prompt: fc.constantFrom(null, 3), tag: fc.constantFrom(null, 'smallest' as const, 5) }),
	criteria: fc.constantFrom([], [{ key: 'accuracy', is: 'equal' as const }])
});

describe('what two rules say differently', () => {
	it('is told setting by setting, caps each for itself', () => {
		expect(ruleDifferences(asked(), asked({ aggregation: 'unanimity', caps: { tag: 'smallest' } }, 'kto', [2, 1]))).toEqual([
			{ setting: 'objective', before: 'dpo', after: 'kto' },
			{ setting: 'rounds', before: [1], after: [1, 2] },
			{ setting: 'aggregation', before: 'majority', after: 'unanimity' },
			{ setting: 'caps.tag', before: null, after: 'smallest' }
		]);
	});

	it('is nothing where they are the same in another order, and rounds are no part of a saved rule', () => {
		const criteria = [{ key: 'a', is: 'equal' as const }, { key: 'b', is: 'same_way' as const }];
		expect(ruleDifferences(asked({ criteria, origins: ['import', 'workspace'] }, 'dpo', [2, 1]), asked({ criteria: criteria.toReversed(), origins: ['workspace', 'import'] }, 'dpo', [1, 2]))).toEqual([]);
		expect(sameRule(asked({}, 'dpo', [1]), asked({}, 'dpo', [2]))).toBe(true);
		expect(ruleDifferences(asked({}, 'dpo', null), asked({}, 'dpo', [4]))).toEqual([]);
	});

	it('turns round with the question, and nothing differs from itself', () => {
		fc.assert(fc.property(anyRule, anyRule, (one, other) => {
			const there = ruleDifferences(asked(one), asked(other));
			expect(ruleDifferences(asked(other), asked(one))).toEqual(there.map(({ setting, before, after }) => ({ setting, before: after, after: before })));
			expect(ruleDifferences(asked(one), asked(one))).toEqual([]);
		}));
	});

	it('of an earlier day has the default where it says nothing', () => {
		expect(storedRule({ aggregation: 'majority', includeImports: true, maxChars: 500, rounds: 'this_round' })).toEqual(completeRule({ origins: ['workspace', 'import'], maxChars: 500 }));
		expect(storedRule({ ...completeRule({ strength: 'margin' }), margins: { slightly: 0.33 }, filter: { rounds: [1] }, rounds: 'this_round' })).toEqual(completeRule({ strength: 'margin' }));
	});
});
