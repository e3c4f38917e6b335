import { formErrors } from '#lib/domain/judging-form.ts';
import type { Details, JudgingForm, ShownCriterionVerdict, Strength } from '#lib/domain/judging-form.ts';
import type { Mode } from '#lib/domain/verdict.ts';
import type { Draft } from './device.ts';
import type { Verdict } from './outbox.ts';

/** What is said of a pair: all that a draft holds, and the verdict. */
export type Opinion = Draft & { verdict: Verdict; strength: Strength | null };

/** The form as it asks in a mode. One answer alone is better than none: no strength. */
export const asksIn = (mode: Mode, form: JudgingForm): JudgingForm => (mode === 'single' ? { ...form, strength: false } : form);

/** An opinion as it is sent: without what is empty, and without what the verdict leaves no room for. */
export function given(form: JudgingForm, { verdict, strength, criteria, reasons, spans, rewrite, rationale }: Opinion): Details & { verdict: Verdict; rationale?: string } {
	const asks = form.strength && (verdict === 'left' || verdict === 'right');
	const words = rationale.trim();
	return {
		verdict,
		...(asks && strength ? { strength } : {}),
		...(Object.keys(criteria).length > 0 ? { criteria: { ...criteria } } : {}),
		...(reasons.length > 0 ? { reasons: [...reasons] } : {}),
		...(spans.length > 0 ? { spans: [...spans] } : {}),
		...(rewrite && verdict !== 'cannot_judge' ? { rewrite } : {}),
		...(words ? { rationale: words } : {})
	};
}

/** Fields that the form requires and the opinion lacks. */
export function missing(form: JudgingForm, mode: Mode, opinion: Opinion): string[] {
	return formErrors(form, mode, { rationale: '', ...given(form, opinion) }).map((error) => error.field);
}

/** Criteria with one more verdict; null takes it back. */
export function withCriterion(criteria: Draft['criteria'], key: string, verdict: ShownCriterionVerdict | null): Draft['criteria'] {
	const { [key]: _, ...others } = criteria;
	return verdict === null ? others : { ...others, [key]: verdict };
}

/** Reasons with one more, or without it where it was there. */
export const withReason = (reasons: readonly string[], key: string): string[] => (reasons.includes(key) ? reasons.filter((one) => one !== key) : [...reasons, key]);
