import { describe, expect, it } from 'vitest';
import { PLAIN_FORM } from '#lib/domain/judging-form.ts';
import type { JudgingForm } from '#lib/domain/judging-form.ts';
import { emptyDraft } from './device.ts';
import { asksIn, given, missing, withCriterion, withReason } from './opinion.ts';
import type { Opinion } from './opinion.ts';

const form: JudgingForm = { ...PLAIN_FORM, strength: true, criteria: [{ key: 'tone', name: 'Tone', help: '', required: true }], rewrite: true, rationale: 'required' };
const rewrite = { side: 'left' as const, messages: [{ role: 'assistant' as const, content: 'Better.' }] };
const opinion = (of: Partial<Opinion> = {}): Opinion => ({ ...emptyDraft(), verdict: 'left', strength: 'clearly', criteria: { tone: 'left' }, rewrite, rationale: ' Because. ', ...of });

describe('an opinion', () => {
	it('is sent without what is empty', () => expect(given(PLAIN_FORM, { ...emptyDraft(), verdict: 'tie', strength: null })).toEqual({ verdict: 'tie' }));
	it('keeps how clearly only where one side is better', () => {
		expect(given(form, opinion())).toEqual({ verdict: 'left', strength: 'clearly', criteria: { tone: 'left' }, rewrite, rationale: 'Because.' });
		expect(given(form, opinion({ verdict: 'tie' })).strength).toBeUndefined();
		expect(given(PLAIN_FORM, opinion()).strength).toBeUndefined();
	});
	it('says nothing of how it should have been when one cannot judge', () => expect(given(form, opinion({ verdict: 'cannot_judge' })).rewrite).toBeUndefined());
	it('lacks what the form requires', () => {
		expect(missing(form, 'pair', opinion())).toEqual([]);
		expect(missing(form, 'pair', opinion({ strength: null, criteria: {}, rationale: '  ' }))).toEqual(['strength', 'criteria.tone', 'rationale']);
		expect(missing(asksIn('single', form), 'single', opinion({ verdict: 'good', strength: null, criteria: { tone: 'good' } }))).toEqual([]);
	});
	it('takes a criterion or a reason back', () => {
		expect(withCriterion({ tone: 'left' }, 'law', 'tie')).toEqual({ tone: 'left', law: 'tie' });
		expect(withCriterion({ tone: 'left' }, 'tone', null)).toEqual({});
		expect(withReason(withReason(['late'], 'law'), 'late')).toEqual(['law']);
	});
});
