import * as v from 'valibot';
import { TextSchema } from './message.ts';
import { LONGEST_QUOTE, LONGEST_SPAN_NOTE } from './span.ts';

/**
 * A marked stretch of an answer: code-point offsets into the raw source of one
 * text part, plus the quote (semantics 3). What is rendered may change; the
 * source does not.
 */
const Offset = v.pipe(v.number('a whole number'), v.integer('a whole number'), v.minValue(0, '0 or more'), v.maxValue(100_000_000));

export const ShownSpanSchema = v.strictObject({
	side: v.picklist(['left', 'right'], 'left or right; left for one answer'),
	/** Place of the message in the answer, and of the part in the message (0 where the content is one text). */
	message: Offset,
	part: Offset,
	start: Offset,
	end: Offset,
	quote: v.pipe(TextSchema, v.minLength(1, 'must not be empty'), v.maxLength(LONGEST_QUOTE, `at most ${LONGEST_QUOTE} characters`)),
	label: v.string('a label’s key'),
	/** What there is to say of it. */
	note: v.optional(v.pipe(TextSchema, v.maxLength(LONGEST_SPAN_NOTE, `at most ${LONGEST_SPAN_NOTE} characters`)))
});
export type ShownSpan = v.InferOutput<typeof ShownSpanSchema>;
