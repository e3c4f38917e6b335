import type { Message } from './message.ts';
import type { SideOrder } from './presentation.ts';
import type { FieldError } from './problem.ts';
import type { ShownSpan } from './span-schema.ts';

export type { ShownSpan } from './span-schema.ts';

export const LONGEST_QUOTE = 20_000;
export const MOST_SPANS = 60;
export const LONGEST_SPAN_NOTE = 300;

/** As stored: sides canonical. */
export type Span = Omit<ShownSpan, 'side'> & { side: 'a' | 'b' };

/** Notes on marks by the mark's place among its judgment's. */
export type SpanNotes = Record<string, string>;

/** A label as a form has it; only its key matters here. */
type Label = { key: string };

/** UTF-16 offset of a code point's place in a text; the text's length for a place behind its end. */
export function unitOffset(text: string, codePoints: number): number {
	let unit = 0;
	for (let passed = 0; passed < codePoints && unit < text.length; passed += 1) unit += (text.codePointAt(unit) ?? 0) > 0xffff ? 2 : 1;
	return unit;
}

/** How many code points a text has before a UTF-16 offset. An offset within a surrogate pair counts the pair. */
export function codePointOffset(text: string, unit: number): number {
	let passed = 0;
	for (let at = 0; at < unit; passed += 1) at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
	return passed;
}

/** The stretch of a text between two code points. */
export function stretch(text: string, start: number, end: number): string {
	const from = unitOffset(text, start);
	return text.slice(from, from + unitOffset(text.slice(from), end - start));
}

/** The text a span points into; null: there is none. */
export function textAt(messages: readonly Message[], message: number, part: number): string | null {
	const content = messages[message]?.content;
	if (content === undefined) return null;
	if (typeof content === 'string') return part === 0 ? content : null;
	const found = content[part];
	return found?.type === 'text' ? found.text : null;
}

/** What is wrong with spans under a form's labels and over two answers as shown (`right` null: one alone); empty when nothing is. */
export function spanErrors(labels: readonly Label[], spans: readonly ShownSpan[], shown: { left: readonly Message[]; right: readonly Message[] | null }): FieldError[] {
	const errors: FieldError[] = [];
	for (const [i, span] of spans.entries()) {
		const wrong = (field: string, message: string) => errors.push({ field: `spans[${i}].${field}`, message });
		if (!labels.some((label) => label.key === span.label)) wrong('label', 'this project has no such label');
		const answer = shown[span.side];
		if (answer === null) {
			wrong('side', 'there is one answer: left');
			continue;
		}
		const text = textAt(answer, span.message, span.part);
		if (text === null) wrong('part', 'the answer has no such text');
		else if (span.start >= span.end) wrong('end', 'must be behind start');
		else if (stretch(text, span.start, span.end) !== span.quote) wrong('quote', 'is not what the answer has there (offsets count code points of the source as written)');
	}
	return errors;
}

/** Spans as shown → as stored: a and b for the sides. */
export function spansToCanonical(order: SideOrder, spans: readonly ShownSpan[]): Span[] {
	return spans.map(({ side, ...span }) => ({ side: (side === 'left') === (order === 'ab') ? 'a' : 'b', ...span }));
}

/** Spans as stored → as they were shown. */
export function spansToShown(order: SideOrder, spans: readonly Span[]): ShownSpan[] {
	return spans.map(({ side, ...span }) => ({ side: (side === 'a') === (order === 'ab') ? 'left' : 'right', ...span }));
}

/** Marks without their notes, and the notes by place (null: none): free text is kept apart from the record, where it can be erased. */
export function notesApart(spans: readonly Span[]): { spans: Span[]; notes: SpanNotes | null } {
	const notes = Object.fromEntries(spans.flatMap(({ note }, place) => (note?.trim() ? [[String(place), note.trim()]] : [])));
	return { spans: spans.map(({ note: _, ...span }) => span), notes: Object.keys(notes).length > 0 ? notes : null };
}

/** Marks as stored, with the notes kept apart. */
export function withNotes(spans: readonly Span[] | null, notes: SpanNotes | null): Span[] | null {
	return spans?.map((span, place) => (notes?.[place] === undefined ? span : { ...span, note: notes[place] })) ?? null;
}
