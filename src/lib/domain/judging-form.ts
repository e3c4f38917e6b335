import type { Details, JudgingForm } from './judging-form-schema.ts';
import type { FieldError } from './problem.ts';
import type { SideOrder } from './presentation.ts';
import { toCanonical, toShown } from './presentation.ts';
import type { Mode, ShownVerdict, Verdict } from './verdict.ts';

// The schemas stand apart: the desk checks a form without them, and its page stays light.
export type { Criterion, Details, JudgingForm, Reason, SpanLabel } from './judging-form-schema.ts';

export const RATIONALES = ['optional', 'required', 'off'] as const;

/** A project that never composed one. */
export const PLAIN_FORM: JudgingForm = { strength: false, criteria: [], reasons: [], spans: [], rewrite: false, rationale: 'optional' };

/** A form as it was stored, with what forms have learned to ask since. */
export const completeForm = (stored: Partial<JudgingForm>): JudgingForm => ({ ...PLAIN_FORM, ...stored });

export const STRENGTHS = ['slightly', 'clearly'] as const;
export type Strength = (typeof STRENGTHS)[number];

/** A criterion's verdict as shown: sides in pair mode, good and bad alone. */
export const SHOWN_CRITERION_VERDICTS = { pair: ['left', 'right', 'tie'], single: ['good', 'bad'] } as const;
export type ShownCriterionVerdict = 'left' | 'right' | 'tie' | 'good' | 'bad';

/**
 * What a judgment lacks or has too much of under a form; empty when it fits.
 * Who cannot judge owes nothing but that verdict.
 */
export function formErrors(form: JudgingForm, mode: Mode, given: Details & { verdict: ShownVerdict; rationale: string }): FieldError[] {
	const errors: FieldError[] = [];
	const wrong = (field: string, message: string) => errors.push({ field, message });
	const decisive = given.verdict === 'left' || given.verdict === 'right';
	const judged = given.verdict !== 'cannot_judge';
	if (given.strength !== undefined && !form.strength) wrong('strength', 'this project does not ask for it');
	else if (given.strength !== undefined && !decisive) wrong('strength', 'only with left or right');
	else if (given.strength === undefined && form.strength && decisive) wrong('strength', 'slightly or clearly');
	const allowed: readonly string[] = SHOWN_CRITERION_VERDICTS[mode];
	for (const [key, verdict] of Object.entries(given.criteria ?? {})) {
		if (!form.criteria.some((criterion) => criterion.key === key)) wrong(`criteria.${key}`, 'this project has no such criterion');
		else if (!allowed.includes(verdict)) wrong(`criteria.${key}`, `one of ${allowed.join(', ')}`);
	}
	for (const { key, required } of form.criteria) if (judged && required && given.criteria?.[key] === undefined) wrong(`criteria.${key}`, `is required: one of ${allowed.join(', ')}`);
	for (const [i, key] of (given.reasons ?? []).entries()) if (!form.reasons.some((reason) => reason.key === key)) wrong(`reasons[${i}]`, 'this project has no such reason');
	if (given.rationale !== '' && form.rationale === 'off') wrong('rationale', 'this project does not ask for it');
	if (given.rationale === '' && form.rationale === 'required' && judged) wrong('rationale', 'is required');
	return errors;
}

/** A form that asks for nothing and takes what it knows: a reviewer's decision owes none of what judges owe. */
export function owingNothing(form: JudgingForm, given: { strength?: Strength | undefined }): JudgingForm {
	return { ...form, strength: form.strength && given.strength !== undefined, criteria: form.criteria.map((criterion) => ({ ...criterion, required: false })), rationale: 'optional' };
}

/** Criteria as shown → as stored: a and b for the sides (semantics 3). */
export function criteriaToCanonical(order: SideOrder, criteria: Readonly<Record<string, ShownCriterionVerdict>>): Record<string, string> {
	return Object.fromEntries(Object.entries(criteria).map(([key, verdict]) => [key, toCanonical(order, verdict)]));
}

/** Criteria as stored → as shown in this order of sides. */
export function criteriaToShown(order: SideOrder, criteria: Readonly<Record<string, string>>): Record<string, string> {
	return Object.fromEntries(Object.entries(criteria).map(([key, verdict]) => [key, toShown(order, verdict as Verdict)]));
}
