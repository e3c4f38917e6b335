import { markupIn } from '../template-markup.ts';
import { KINDS } from './kind.ts';
import type { Span } from './kind.ts';

const LABELS = KINDS.map((kind) => kind.toUpperCase()).join('|');

/** A placeholder as this folder writes it: `[PERSON_2]`, or `[EMAIL_1f2e3d4c5b6a]` for a name that is the same in a whole project. */
export const PLACEHOLDER = new RegExp(`\\[(${LABELS})_(\\d{1,9}|[\\da-f]{12})\\]`, 'gu');

const REFERENCE = /artifact:[\da-f]{64}|(?<![\da-f])[\da-f]{64}(?![\da-f])|<(?:image|document)>/gu;

/** Stretches of a text that a rule of the program reads and that therefore stay as they are: template markup, references to artifacts, placeholders. */
export function keptMarks(text: string): Span[] {
	const spans = [...markupIn(text), ...[REFERENCE, PLACEHOLDER].flatMap((pattern) => [...text.matchAll(pattern)].map(({ index, 0: mark }) => ({ start: index, end: index + mark.length })))];
	return spans.sort((a, b) => a.start - b.start);
}
