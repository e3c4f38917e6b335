import type { SpanLabel } from '#lib/domain/judging-form.ts';
import type { ShownSpan } from '#lib/domain/span.ts';
import type { HeldTask } from './task-queue.ts';

/** What a pair's panes need to list its marks. `index`: the mark's place among all of the judgment. */
export type Marks = {
	labels: readonly SpanLabel[];
	/** `by`: who marked it, where others read it. */
	spans: readonly (ShownSpan & { by?: string })[];
	/** Without it, the marks are somebody else's. */
	onRemove?: (index: number) => void;
	onShow: (index: number) => void;
	/** Opens the note on a mark; none where nothing can be written. */
	onNote?: (index: number) => void;
};

/** Keys of the labels, in their order. */
export const LABEL_KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '0', '-', '='] as const;

/** A quote short enough for a list. */
export function brief(quote: string, most = 90): string {
	const words = quote.replace(/\s+/gu, ' ').trim();
	const points = Array.from(words);
	return points.length > most ? `${points.slice(0, most).join('').trimEnd()}…` : words;
}

/** The text of an answer that a page's pane shows, as it was written. */
export function sourceOf(task: HeldTask, side: 'left' | 'right', message: number, part: number): string | null {
	const content = task[side]?.messages[message]?.content;
	if (content === undefined) return null;
	if (typeof content === 'string') return part === 0 ? content : null;
	const found = content[part];
	return found && found.type === 'text' && 'text' in found ? found.text : null;
}

/** Spans with one more, in the order of reading; the same stretch under the same label is there once, and keeps its note unless the new one has another (empty: none). */
export function withSpan(spans: readonly ShownSpan[], fresh: ShownSpan): ShownSpan[] {
	const place = ({ side, message, part, start, end }: ShownSpan) => [side === 'left' ? 0 : 1, message, part, start, end];
	const before = (x: ShownSpan, y: ShownSpan): number => {
		const [one, other] = [place(x), place(y)];
		const at = one.findIndex((value, i) => value !== other[i]);
		return at < 0 ? 0 : (one[at] ?? 0) - (other[at] ?? 0);
	};
	const same = (span: ShownSpan): boolean => before(span, fresh) === 0 && span.label === fresh.label;
	const { note = spans.find(same)?.note, ...bare } = fresh;
	return [...spans.filter((span) => !same(span)), note ? { ...bare, note } : bare].sort(before);
}
