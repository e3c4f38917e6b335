import * as v from 'valibot';
import { STRENGTHS } from '#lib/domain/judging-form.ts';
import { DetailsSchema } from '#lib/domain/judging-form-schema.ts';
import { TextSchema } from '#lib/domain/message.ts';
import { ShownVerdictSchema } from '#lib/domain/verdict.ts';

const words = (max: number) => v.optional(v.pipe(TextSchema, v.maxLength(max)), '');

/** A judgment as its page sends it again. */
export const CorrectedSchema = v.object({
	verdict: ShownVerdictSchema,
	strength: v.optional(v.nullable(v.picklist(STRENGTHS)), null),
	criteria: v.optional(v.nonOptional(DetailsSchema.entries.criteria), {}),
	reasons: v.optional(v.nonOptional(DetailsSchema.entries.reasons), []),
	rationale: words(20_000),
	reason: words(2_000),
	/** Whether marked passages and a rewritten answer stay with the new judgment. */
	keep: v.optional(v.boolean(), true),
	/** Sent with each attempt, so that a broken connection cannot correct twice. */
	key: v.pipe(v.string(), v.regex(/^[\x21-\x7e]{1,200}$/u))
});
export type Corrected = v.InferOutput<typeof CorrectedSchema>;
