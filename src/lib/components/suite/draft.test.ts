import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { Check, CHECK_KINDS, FIRST_SUITE, SuiteDefinition } from '#lib/domain/suite/check.ts';
import { fromDraft, fromDraftSuite, judgeChoice, newCheck, toDraft, toDraftSuite } from './draft.ts';

const id = '00000000-0000-4000-8000-000000000000';
const FILLED = { pattern: 'a', texts: 'one\ntwo', schema: '{"type":"object"}', max: '20', reference: 'a reference', endpointId: id, question: 'Is it polite?' };

describe('a suite on its page', () => {
	it('every kind comes back as it was stored', () => {
		for (const kind of CHECK_KINDS) {
			for (const wanted of [true, false]) {
				const stored = v.parse(Check, fromDraft({ ...newCheck(kind, `my ${kind}`), ...FILLED, wanted }));
				expect(fromDraft(toDraft(stored)), kind).toEqual(stored);
			}
		}
	});

	it('a whole suite comes back as it was, judge and all', () => {
		const suite: SuiteDefinition = { ...FIRST_SUITE, topP: 0.9, seed: 7, judge: { endpointId: id, instruction: 'The more careful one.' } };
		expect(fromDraftSuite(toDraftSuite(suite), suite)).toEqual(suite);
		expect(fromDraftSuite(toDraftSuite(FIRST_SUITE), FIRST_SUITE)).toEqual(FIRST_SUITE);
		const scored: SuiteDefinition = { ...FIRST_SUITE, judge: { checkpointId: id } };
		expect(fromDraftSuite(toDraftSuite(scored), scored)).toEqual(scored);
		expect(v.parse(SuiteDefinition, fromDraftSuite({ ...toDraftSuite(suite), judge: judgeChoice({ checkpointId: id }) }, suite)).judge).toEqual({ checkpointId: id });
	});

	it('benchmarks and own questions come back as they were, and none leaves the suite as it was before there were any', () => {
		const benchmarks: SuiteDefinition['benchmarks'] = [
			{ name: 'Deposits', kind: 'qa', system: 'Be brief.', maxTokens: 99, questions: [{ question: 'How much?', answer: 'Two.' }] },
			{ name: 'Sums', kind: 'public', system: null, maxTokens: 256, dataset: 'gsm8k', limit: 40 }
		];
		const suite: SuiteDefinition = { ...FIRST_SUITE, benchmarks, own: { system: 'Be brief.', questions: ['How much?', 'Two lines:\nof C:\\new and more'] } };
		expect(fromDraftSuite(toDraftSuite(suite), suite)).toEqual(suite);
		const without = fromDraftSuite({ ...toDraftSuite(suite), benchmarks: [], own: '' }, suite);
		expect(without).toEqual(FIRST_SUITE);
		expect('benchmarks' in without).toBe(false);
	});

	it('what is no number or no JSON is refused with its field, and not taken for something else', () => {
		const fields = (draft: Record<string, unknown>) => {
			const parsed = v.safeParse(SuiteDefinition, draft);
			return parsed.success ? [] : parsed.issues.map((issue) => v.getDotPath(issue));
		};
		expect(fields(fromDraftSuite({ ...toDraftSuite(FIRST_SUITE), prompts: 'many', samples: '' }, FIRST_SUITE))).toEqual(['prompts', 'samples']);
		expect(fields(fromDraftSuite({ ...toDraftSuite(FIRST_SUITE), judge: judgeChoice({ endpointId: id }) }, FIRST_SUITE))).toEqual(['judge.instruction']);
		for (const judge of [{ checkpointId: 'x' }, { endpointId: 'x', instruction: 'y' }, { endpointId: id }, { endpointId: id, instruction: 'y', checkpointId: id }]) expect(fields({ ...FIRST_SUITE, judge })[0]).toMatch(/^judge/);
		expect(fields({ checks: [fromDraft({ ...newCheck('json_schema', 's'), schema: '{' })] })).toEqual(['checks.0.schema']);
		expect(fields({ checks: [fromDraft({ ...newCheck('length', 'l'), max: 'x' })] })).toEqual(['checks.0.max']);
	});
});
