import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { completeForm, criteriaToCanonical, formErrors, owingNothing, PLAIN_FORM, SHOWN_CRITERION_VERDICTS } from './judging-form.ts';
import { JudgingFormSchema } from './judging-form-schema.ts';
import type { JudgingForm, ShownCriterionVerdict } from './judging-form.ts';
import { SHOWN_PAIR_VERDICTS } from './verdict.ts';

const full: JudgingForm = v.parse(JudgingFormSchema, {
	strength: true,
	criteria: [{ key: 'accuracy', name: 'Accuracy', required: true }, { key: 'tone', name: 'Tone', help: 'Would you send it?' }],
	reasons: [{ key: 'wrong_law', name: 'Wrong law' }],
	rationale: 'required'
});
const fields = (...of: Parameters<typeof formErrors>) => formErrors(...of).map((error) => error.field);

describe('a judging form', () => {
	it('is plain when nothing is asked', () => expect(v.parse(JudgingFormSchema, {})).toEqual(PLAIN_FORM));
	it('of an earlier day asks what it asked then', () => expect(completeForm({ strength: true, criteria: [], reasons: [], rationale: 'off' })).toEqual({ ...PLAIN_FORM, strength: true, rationale: 'off' }));
	it.each([
		[{ criteria: [{ key: 'a', name: 'A' }, { key: 'a', name: 'B' }] }],
		[{ criteria: [{ key: 'A b', name: 'A' }] }],
		[{ criteria: [{ key: 'a', name: ' ' }] }],
		[{ criteria: Array.from({ length: 9 }, (_, i) => ({ key: `k${i}`, name: 'x' })) }],
		[{ rationale: 'sometimes' }],
		[{ spans: Array.from({ length: 13 }, (_, i) => ({ key: `k${i}`, name: 'x' })) }],
		[{ rewrites: true }]
	])('refuses %j', (form) => expect(v.safeParse(JudgingFormSchema, form).success).toBe(false));
});

describe('what a judgment holds', () => {
	it('a verdict alone fits the plain form, whatever it is', () => {
		for (const verdict of SHOWN_PAIR_VERDICTS) expect(formErrors(PLAIN_FORM, 'pair', { verdict, rationale: '' })).toEqual([]);
	});
	it('names all that is missing', () => expect(fields(full, 'pair', { verdict: 'left', rationale: '' })).toEqual(['strength', 'criteria.accuracy', 'rationale']));
	it('a reviewer owes nothing of it, and may say nothing that the form does not know', () => {
		expect(fields(owingNothing(full, {}), 'pair', { verdict: 'left', rationale: '' })).toEqual([]);
		expect(fields(owingNothing({ ...full, rationale: 'off' }, {}), 'pair', { verdict: 'left', rationale: 'Because.' })).toEqual([]);
		const said = { strength: 'clearly', criteria: { accuracy: 'left', depth: 'left' }, reasons: ['late'] } as const;
		expect(fields(owingNothing(full, said), 'pair', { verdict: 'left', rationale: '', ...said, reasons: [...said.reasons] })).toEqual(['criteria.depth', 'reasons[0]']);
		expect(fields(owingNothing(PLAIN_FORM, { strength: 'clearly' }), 'pair', { verdict: 'left', rationale: '', strength: 'clearly' })).toEqual(['strength']);
	});
	it('a tie has no strength', () => {
		expect(fields(full, 'pair', { verdict: 'tie', rationale: 'Same.', criteria: { accuracy: 'tie' } })).toEqual([]);
		expect(fields(full, 'pair', { verdict: 'tie', strength: 'clearly', rationale: 'Same.', criteria: { accuracy: 'tie' } })).toEqual(['strength']);
	});
	it('who cannot judge owes nothing', () => expect(fields(full, 'pair', { verdict: 'cannot_judge', rationale: '' })).toEqual([]));
	it('refuses what the project did not ask', () => {
		expect(fields(PLAIN_FORM, 'pair', { verdict: 'left', strength: 'clearly', criteria: { tone: 'left' }, reasons: ['vague'], rationale: '' })).toEqual(['strength', 'criteria.tone', 'reasons[0]']);
		expect(fields({ ...PLAIN_FORM, rationale: 'off' }, 'pair', { verdict: 'left', rationale: 'x' })).toEqual(['rationale']);
	});
	it('one answer alone is good or bad in each aspect', () => {
		const given = { verdict: 'good' as const, rationale: 'Fine.' };
		expect(fields(full, 'single', { ...given, criteria: { accuracy: 'good' } })).toEqual([]);
		expect(fields(full, 'single', { ...given, criteria: { accuracy: 'left' } })).toEqual(['criteria.accuracy']);
	});
	it('is stored by response, not by side: both orders agree', () => {
		const criterion = fc.constantFrom<ShownCriterionVerdict>(...SHOWN_CRITERION_VERDICTS.pair);
		const mirrored = { left: 'right', right: 'left', tie: 'tie', good: 'good', bad: 'bad' } as const;
		fc.assert(
			fc.property(fc.dictionary(fc.constantFrom('accuracy', 'tone'), criterion), (criteria) => {
				const seenFromB = Object.fromEntries(Object.entries(criteria).map(([key, verdict]) => [key, mirrored[verdict]]));
				expect(criteriaToCanonical('ab', criteria)).toEqual(criteriaToCanonical('ba', seenFromB));
			})
		);
	});
});
