import * as v from 'valibot';
import { expect, it } from 'vitest';
import { ruleProblems } from './rule-problems.ts';
import { completeRule, selectsRows, SnapshotRuleSchema } from './snapshot-rule.ts';

it('a rule has one form, whatever was left out and in whatever order it was said', () => {
	expect(completeRule()).toMatchObject({ origins: ['workspace'], annotators: null, aggregation: 'majority', includeRewrites: true, caps: { prompt: null, source: null, tag: null, length: null }, matchLength: false });
	expect(completeRule({ includeImports: true })).toEqual(completeRule({ origins: ['import', 'workspace', 'import'] }));
	expect(completeRule({ criteria: [{ key: 'tone', is: 'equal' }, { key: 'law', is: 'equal' }] })).toEqual(completeRule({ criteria: [{ key: 'law', is: 'equal' }, { key: 'tone', is: 'equal' }, { key: 'law', is: 'equal' }] }));
	expect(completeRule(completeRule({ caps: { tag: 'smallest' } }))).toEqual(completeRule({ caps: { tag: 'smallest' } }));
});

it('what nobody knows is refused, not ignored', () => {
	for (const wrong of [{ aggregation: 'mean' }, { minAgreement: 1.1 }, { caps: { tag: 0 } }, { origins: [] }, { includeImport: true }]) expect(v.safeParse(SnapshotRuleSchema, wrong).success).toBe(false);
});

it('says what has no meaning for an objective', () => {
	const fields = (...args: Parameters<typeof ruleProblems>) => ruleProblems(...args).map(({ field }) => field);
	expect(fields(completeRule({ strength: 'margin' }), 'dpo')).toEqual(['rule.strength']);
	expect(fields(completeRule({ strength: 'margin' }), 'rm')).toEqual([]);
	expect(fields(completeRule({ matchLength: true, aggregation: 'each', minAgreement: 0.8 }), 'kto')).toEqual(['rule.matchLength', 'rule.aggregation', 'rule.minAgreement']);
	expect(fields(completeRule({ matchLength: true, aggregation: 'each' }), 'simpo')).toEqual([]);
});

it('knows whether rows are left out by lot', () => {
	expect(selectsRows(completeRule())).toBe(false);
	expect(selectsRows(completeRule({ caps: { length: 5 } }))).toBe(true);
	expect(selectsRows(completeRule({ matchLength: true }))).toBe(true);
});
