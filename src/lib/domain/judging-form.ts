import * as v from 'valibot';
import { TextSchema } from './message.ts';
import type { FieldError } from './problem.ts';
import type { SideOrder } from './presentation.ts';
import { toCanonical, toShown } from './presentation.ts';
import { ShownRewriteSchema } from './rewrite.ts';
import { MOST_SPANS, ShownSpanSchema } from './span.ts';
import type { Mode, ShownVerdict, Verdict } from './verdict.ts';

/** What a project asks for besides the verdict. Versioned: a judgment keeps the version it was made under. */
const KeySchema = v.pipe(v.string(), v.regex(/^[a-z][a-z0-9_]{0,39}$/, 'lower-case letters, digits and _, at most 40, starting with a letter'));
const name = (max: number) => v.pipe(TextSchema, v.trim(), v.minLength(1, 'must not be empty'), v.maxLength(max, `at most ${max} characters`));

const distinct = <T extends { key: string }>(items: readonly T[]) => new Set(items.map((item) => item.key)).size === items.length;
const TWICE = 'each key only once';

/** One aspect with a verdict of its own, e.g. accuracy or tone. */
export const CriterionSchema = v.strictObject({ key: KeySchema, name: name(80), help: v.optional(v.pipe(TextSchema, v.maxLength(500, 'at most 500 characters')), ''), required: v.optional(v.boolean(), false) });
export type Criterion = v.InferOutput<typeof CriterionSchema>;

/** A word to choose from: why an answer was preferred. */
export const ReasonSchema = v.strictObject({ key: KeySchema, name: name(60) });
export type Reason = v.InferOutput<typeof ReasonSchema>;

/** What a marked stretch of an answer can be called. */
export const SpanLabelSchema = v.strictObject({ key: KeySchema, name: name(60) });
export type SpanLabel = v.InferOutput<typeof SpanLabelSchema>;

export const RATIONALES = ['optional', 'required', 'off'] as const;

export const JudgingFormSchema = v.strictObject({
	/** Asks how clearly one answer is better. */
	strength: v.optional(v.boolean(), false),
	criteria: v.optional(v.pipe(v.array(CriterionSchema), v.maxLength(8, 'at most 8 criteria'), v.check(distinct, TWICE)), []),
	reasons: v.optional(v.pipe(v.array(ReasonSchema), v.maxLength(12, 'at most 12 reasons'), v.check(distinct, TWICE)), []),
	/** Labels for stretches that are marked in the answers; none: nothing is marked. */
	spans: v.optional(v.pipe(v.array(SpanLabelSchema), v.maxLength(12, 'at most 12 labels'), v.check(distinct, TWICE)), []),
	/** Lets people edit an answer into the one that should have been given. */
	rewrite: v.optional(v.boolean(), false),
	rationale: v.optional(v.picklist(RATIONALES, `one of ${RATIONALES.join(', ')}`), 'optional')
});
export type JudgingForm = v.InferOutput<typeof JudgingFormSchema>;

/** A project that never composed one. */
export const PLAIN_FORM: JudgingForm = { strength: false, criteria: [], reasons: [], spans: [], rewrite: false, rationale: 'optional' };

/** A form as it was stored, with what forms have learned to ask since. */
export const completeForm = (stored: Partial<JudgingForm>): JudgingForm => ({ ...PLAIN_FORM, ...stored });

export const STRENGTHS = ['slightly', 'clearly'] as const;
export type Strength = (typeof STRENGTHS)[number];

/** A criterion's verdict as shown: sides in pair mode, good and bad alone. */
export const SHOWN_CRITERION_VERDICTS = { pair: ['left', 'right', 'tie'], single: ['good', 'bad'] } as const;
export type ShownCriterionVerdict = 'left' | 'right' | 'tie' | 'good' | 'bad';

/** What a judgment holds besides verdict and rationale, as a page or client sends it. */
export const DetailsSchema = v.object({
	strength: v.optional(v.picklist(STRENGTHS, 'slightly or clearly')),
	criteria: v.optional(v.record(KeySchema, v.picklist(['left', 'right', 'tie', 'good', 'bad'], 'left, right or tie; good or bad for one answer'))),
	reasons: v.optional(v.pipe(v.array(KeySchema), v.maxLength(12, 'at most 12 reasons'), v.check((keys) => new Set(keys).size === keys.length, TWICE))),
	/** Checked against the answers with `spanErrors`. */
	spans: v.optional(v.pipe(v.array(ShownSpanSchema), v.maxLength(MOST_SPANS, `at most ${MOST_SPANS} marks`))),
	/** Checked against the answers with `rewriteErrors`. */
	rewrite: v.optional(ShownRewriteSchema)
});
export type Details = v.InferOutput<typeof DetailsSchema>;

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

/** Criteria as shown → as stored: a and b for the sides (semantics 3). */
export function criteriaToCanonical(order: SideOrder, criteria: Readonly<Record<string, ShownCriterionVerdict>>): Record<string, string> {
	return Object.fromEntries(Object.entries(criteria).map(([key, verdict]) => [key, toCanonical(order, verdict)]));
}

/** Criteria as stored → as shown in this order of sides. */
export function criteriaToShown(order: SideOrder, criteria: Readonly<Record<string, string>>): Record<string, string> {
	return Object.fromEntries(Object.entries(criteria).map(([key, verdict]) => [key, toShown(order, verdict as Verdict)]));
}
