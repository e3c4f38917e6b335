import type { ShownSpan } from '#lib/domain/span.ts';
import { codePointOffset, unitOffset } from '#lib/domain/span.ts';
import { Anchoring } from './anchor.ts';
import { sourceOf } from './marks.ts';
import type { HeldTask } from './task-queue.ts';

/** Words that are chosen and not yet named. */
export type Chosen = Omit<ShownSpan, 'label'> & { box: DOMRect };

type Place = { root: Element; side: 'left' | 'right'; message: number; part: number; source: string };

const ALL = 'plumbline-mark';
const ONE = 'plumbline-mark-shown';

/** Marks of the pair on the screen: found on the page, drawn over it without touching it. */
export class Marking {
	chosen = $state.raw<Chosen | null>(null);
	readonly #task: HeldTask;
	#anchorings = new Map<Element, Anchoring>();
	#words: { side: 'left' | 'right'; list: { range: Range; block: number }[]; from: number; to: number } | null = null;

	constructor(task: HeldTask) {
		this.#task = task;
	}

	get article(): HTMLElement | null {
		return document.querySelector(`article[data-task="${CSS.escape(this.#task.taskId)}"]`);
	}

	#places(): Place[] {
		return [...(this.article?.querySelectorAll('[data-side] [data-message] [data-part]') ?? [])].flatMap((root): Place[] => {
			const side = root.closest('[data-side]')?.getAttribute('data-side') === 'right' ? 'right' : 'left';
			const [message, part] = [Number(root.closest('[data-message]')?.getAttribute('data-message')), Number(root.getAttribute('data-part'))];
			const source = sourceOf(this.#task, side, message, part);
			return source === null ? [] : [{ root, side, message, part, source }];
		});
	}

	#anchoring({ root, source }: Place): Anchoring {
		const known = this.#anchorings.get(root) ?? new Anchoring(root, source);
		this.#anchorings.set(root, known);
		return known;
	}

	/** The page was set anew (another view, a formula that came): places on it are looked for again. */
	forget(): void {
		this.#anchorings.clear();
		this.#words = null;
	}

	#ranges(span: ShownSpan): Range[] {
		const place = this.#places().find((one) => one.side === span.side && one.message === span.message && one.part === span.part);
		if (!place) return [];
		const start = unitOffset(place.source, span.start);
		return this.#anchoring(place).toRanges({ start, end: start + span.quote.length });
	}

	/** Draws the marks; `shown`: the one that somebody asked for. */
	paint(spans: readonly ShownSpan[], shown: number | null): void {
		if (!('highlights' in CSS)) return;
		CSS.highlights.set(ALL, new Highlight(...spans.flatMap((span) => this.#ranges(span))));
		const one = shown === null ? undefined : spans[shown];
		CSS.highlights.set(ONE, new Highlight(...(one ? this.#ranges(one) : [])));
	}

	/** Where a mark stands on the screen; null: it is not drawn. */
	boxOf(span: ShownSpan): DOMRect | null {
		return this.#ranges(span)[0]?.getBoundingClientRect() ?? null;
	}

	/** Brings a mark into view. */
	reveal(span: ShownSpan, behavior: ScrollBehavior = 'smooth'): void {
		const element = this.#ranges(span)[0]?.startContainer.parentElement;
		element?.scrollIntoView({ block: 'center', inline: 'nearest', behavior });
	}

	close(): void {
		if (!('highlights' in CSS)) return;
		CSS.highlights.delete(ALL);
		CSS.highlights.delete(ONE);
	}

	/** Takes up what is selected in an answer. */
	choose(): void {
		const selection = document.getSelection();
		const range = selection && selection.rangeCount > 0 && !selection.isCollapsed ? selection.getRangeAt(0) : null;
		const article = this.article;
		if (!range || !article || !range.intersectsNode(article)) return void (this.chosen = null);
		for (const place of this.#places()) {
			if (!range.intersectsNode(place.root)) continue;
			const found = this.#anchoring(place).toSource(range);
			if (!found) continue;
			const quote = place.source.slice(found.start, found.end);
			const start = codePointOffset(place.source, found.start);
			const { side, message, part } = place;
			this.chosen = { side, message, part, start, end: start + Array.from(quote).length, quote, box: range.getBoundingClientRect() };
			return;
		}
		this.chosen = null;
	}

	/** Marks that the chosen words touch, newest first. */
	touched(spans: readonly ShownSpan[]): number[] {
		const chosen = this.chosen;
		if (!chosen) return [];
		return spans.flatMap((span, index) => (span.side === chosen.side && span.message === chosen.message && span.part === chosen.part && span.start < chosen.end && span.end > chosen.start ? [index] : [])).reverse();
	}

	/** Begins to choose words with the keyboard, in an answer. Gives the words; null: the answer has none. */
	begin(side: 'left' | 'right', lang: string): string | null {
		const list = this.#places().flatMap((place) => (place.side === side ? this.#anchoring(place).words(lang).map((word) => ({ ...word, root: place.root })) : []));
		if (list.length === 0) return null;
		this.#words = { side, list, from: 0, to: 0 };
		return this.#select();
	}

	get side(): 'left' | 'right' | null {
		return this.#words?.side ?? null;
	}

	/** Goes on by a word or a paragraph; `extend` keeps where it began. Gives the words. */
	move(by: 'word' | 'block', forward: boolean, extend: boolean): string | null {
		const words = this.#words;
		if (!words) return null;
		const { list } = words;
		const rtl = getComputedStyle(list[words.to]?.range.startContainer.parentElement ?? document.body).direction === 'rtl';
		const step = (by === 'word' && rtl ? !forward : forward) ? 1 : -1;
		let to = words.to + step;
		if (by === 'block') {
			const here = list[words.to]?.block;
			while (to > 0 && to < list.length && list[to]?.block === here) to += step;
		}
		to = Math.min(list.length - 1, Math.max(0, to));
		this.#words = { ...words, to, from: extend ? words.from : to };
		return this.#select();
	}

	#select(): string | null {
		const words = this.#words;
		if (!words) return null;
		const [low, high] = [Math.min(words.from, words.to), Math.max(words.from, words.to)];
		const [first, last, head] = [words.list[low], words.list[high], words.list[words.to]];
		if (!first || !last || !head) return null;
		document.getSelection()?.setBaseAndExtent(first.range.startContainer, first.range.startOffset, last.range.endContainer, last.range.endOffset);
		const element = head.range.startContainer instanceof Element ? head.range.startContainer : head.range.startContainer.parentElement;
		element?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
		this.choose();
		return document.getSelection()?.toString() ?? '';
	}

	/** Lets go of the chosen words. */
	end(): void {
		this.#words = null;
		this.chosen = null;
		document.getSelection()?.removeAllRanges();
	}
}
