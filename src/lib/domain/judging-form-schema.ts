import * as v from 'valibot';
import { RATIONALES, STRENGTHS } from './judging-form.ts';
import { TextSchema } from './message.ts';
import { ShownRewriteSchema } from './rewrite.ts';
import { MOST_SPANS } from './span.ts';
import { ShownSpanSchema } from './span-schema.ts';

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
