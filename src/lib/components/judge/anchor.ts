import MarkdownIt from 'markdown-it';

/**
 * Where a place on the page lies in the text as it was written, and back. The
 * page shows a text's characters in their order, without its marks: within each
 * block (whose lines `data-at` names) they are found in the source twice, as
 * early and as late as they can stand. Between the two lies what a selection
 * means; where they agree, that is one place.
 */
export type Stretch = { start: number; end: number };

/** Shown characters of one block and where each of them can stand in the source; -1: nowhere (a character that was written as something else). */
type Block = {
	nodes: { node: Text; from: number }[];
	text: string;
	source: Stretch;
	first: Int32Array;
	last: Int32Array;
	/** Whether the characters could be found in their order. If not, the block is taken as a whole. */
	sound: boolean;
	/** What is shown as something else than its source, as formulas are: taken whole. `at`: how many characters stand before it. */
	atoms: { element: Element; at: number }[];
};

const SPACE = /\s/u;
/** Stands for what an entity took beyond its character; no text has it. */
const FILLER = '\uF8FF';
const ENTITY = /&(?:#x?[0-9a-f]{1,7}|[a-z][a-z0-9]{1,31});/giu;
const { unescapeAll } = new MarkdownIt().utils;

/** Entities as the characters they stand for, at the same length. */
function decoded(source: string): string {
	return source.replace(ENTITY, (entity) => {
		const character = unescapeAll(entity);
		return character.length < entity.length ? character + FILLER.repeat(entity.length - character.length) : entity;
	});
}

/** The earliest place of each character of `shown` within `source`, in order. */
function earliest(shown: string, source: string): Int32Array {
	const places = new Int32Array(shown.length).fill(-1);
	let cursor = 0;
	for (let at = 0; at < shown.length; at += 1) {
		const character = shown[at] ?? '';
		if (SPACE.test(character)) {
			// Spaces are only a help to find the rest: the page has others than the source.
			let found = cursor;
			while (found < source.length && !SPACE.test(source[found] ?? '')) found += 1;
			const next = shown.slice(at).trimStart()[0];
			if (found < source.length && next !== undefined && source.indexOf(next, found) >= 0) cursor = found + 1;
			while (at + 1 < shown.length && SPACE.test(shown[at + 1] ?? '')) at += 1;
			continue;
		}
		const found = source.indexOf(character, cursor);
		if (found < 0) continue;
		places[at] = found;
		cursor = found + 1;
	}
	return places;
}

function align(block: Omit<Block, 'first' | 'last' | 'sound'>, source: string): Pick<Block, 'first' | 'last' | 'sound'> {
	const { start, end } = block.source;
	const raw = source.slice(start, end);
	const reversed = (text: string): string => text.split('').reverse().join('');
	let result: Pick<Block, 'first' | 'last' | 'sound'> = { first: new Int32Array(), last: new Int32Array(), sound: false };
	for (const text of raw.includes('&') ? [raw, decoded(raw)] : [raw]) {
		const first = earliest(block.text, text);
		const last = earliest(reversed(block.text), reversed(text))
			.reverse()
			.map((place) => (place < 0 ? -1 : text.length - 1 - place));
		let sound = true;
		for (let at = 0; at < block.text.length && sound; at += 1) {
			if (SPACE.test(block.text[at] ?? '')) continue;
			const [early, late] = [first[at] ?? -1, last[at] ?? -1];
			sound = early >= 0 && late >= early;
		}
		for (let at = 0; at < last.length; at += 1) {
			if (first[at] !== -1) first[at] = (first[at] ?? 0) + start;
			let late = last[at] ?? -1;
			if (late === -1) continue;
			// An entity ends with its last letter.
			while (text[late + 1] === FILLER) late += 1;
			last[at] = late + start;
		}
		result = { first, last, sound };
		if (sound) break;
	}
	return result;
}

/** Beginnings of a source's lines, as the Markdown reader counts them. */
function lineStarts(source: string): number[] {
	return [0, ...Array.from(source.matchAll(/\r\n?|\n/gu), ({ index, 0: end }) => index + end.length)];
}

/** One shown text and its source. Made anew whenever the text is set anew. */
export class Anchoring {
	readonly #blocks: Block[] = [];

	constructor(root: Element, source: string) {
		const starts = lineStarts(source);
		const blocks = new Map<Element | null, Omit<Block, 'first' | 'last' | 'sound'>>();
		const blockAt = (element: Element | null) => {
			const known = blocks.get(element);
			if (known) return known;
			const [from, to] = (element?.getAttribute('data-at') ?? '').split('-').map(Number);
			const at = element && from !== undefined && to !== undefined ? { start: starts[from] ?? 0, end: starts[to] ?? source.length } : { start: 0, end: source.length };
			const made = { nodes: [], text: '', source: at, atoms: [] };
			blocks.set(element, made);
			return made;
		};
		const within = (element: Element | null): Element | null => {
			const found = element?.closest('[data-at]') ?? null;
			return found && root.contains(found) ? found : null;
		};
		const walk = (node: Node): void => {
			if (node instanceof Text) {
				const block = blockAt(within(node.parentElement));
				// Between blocks the page has line ends of its own.
				if (node.data.trim() === '' && node.data.includes('\n') && !node.parentElement?.closest('pre, .raw, .difference')) return;
				block.nodes.push({ node, from: block.text.length });
				block.text += node.data;
				return;
			}
			if (!(node instanceof Element) || node.matches('.sr-only')) return;
			if (node.matches('math, .math-source, [data-image]')) {
				const block = blockAt(within(node));
				block.atoms.push({ element: node, at: block.text.length });
				return;
			}
			for (const child of node.childNodes) walk(child);
		};
		walk(root);
		for (const block of blocks.values()) this.#blocks.push({ ...block, ...align(block, source) });
	}

	/** Source of what stands between the characters around a place: an atom's own. */
	#between(block: Block, at: number): Stretch {
		let { start, end } = block.source;
		for (let before = at - 1; before >= 0; before -= 1) {
			if ((block.first[before] ?? -1) < 0) continue;
			start = (block.first[before] ?? 0) + 1;
			break;
		}
		for (let after = at; after < block.last.length; after += 1) {
			if ((block.last[after] ?? -1) < 0) continue;
			end = block.last[after] ?? end;
			break;
		}
		return block.sound ? { start, end } : block.source;
	}

	/** The smallest stretch of the source that holds a selection; null: it holds nothing of this text. */
	toSource(range: Range): Stretch | null {
		let found: Stretch | null = null;
		const take = ({ start, end }: Stretch): void => {
			if (start < end) found = found ? { start: Math.min(found.start, start), end: Math.max(found.end, end) } : { start, end };
		};
		for (const block of this.#blocks) {
			for (const { node, from } of block.nodes) {
				if (!range.intersectsNode(node)) continue;
				let at = from + (node === range.startContainer ? range.startOffset : 0);
				let to = from + (node === range.endContainer ? range.endOffset : node.data.length);
				while (at < to && SPACE.test(block.text[at] ?? '')) at += 1;
				while (to > at && SPACE.test(block.text[to - 1] ?? '')) to -= 1;
				if (at >= to) continue;
				take(block.sound ? { start: block.first[at] ?? 0, end: (block.last[to - 1] ?? 0) + 1 } : block.source);
			}
			for (const { element, at } of block.atoms) if (range.intersectsNode(element)) take(this.#between(block, at));
		}
		return found;
	}

	/** Ranges of the page that show a stretch of the source. */
	toRanges(stretch: Stretch): Range[] {
		const ranges: Range[] = [];
		for (const block of this.#blocks) {
			if (stretch.end <= block.source.start || stretch.start >= block.source.end) continue;
			const inside = (at: number): boolean => !block.sound || ((block.first[at] ?? -1) >= stretch.start && (block.last[at] ?? -1) < stretch.end);
			/** Whether the next shown character is inside: then a space before it is as well. */
			const goesOn = (at: number): boolean => {
				let next = at;
				while (next < block.text.length && SPACE.test(block.text[next] ?? '')) next += 1;
				return next < block.text.length && inside(next);
			};
			let before = false;
			for (const { node, from } of block.nodes) {
				const to = from + node.data.length;
				let begin: number = before && goesOn(from) ? from : -1;
				let end: number = begin;
				for (let at = from; at <= to; at += 1) {
					if (at < to && SPACE.test(block.text[at] ?? '')) continue;
					if (at < to && inside(at)) {
						if (begin < 0) begin = at;
						end = at + 1;
					} else if (begin >= 0) {
						before = at === to && goesOn(end);
						const range = document.createRange();
						range.setStart(node, begin - from);
						range.setEnd(node, (before ? to : end) - from);
						ranges.push(range);
						begin = -1;
					} else before = false;
				}
			}
			for (const { element, at } of block.atoms) {
				const own = this.#between(block, at);
				if (own.start < stretch.start || own.end > stretch.end) continue;
				const range = document.createRange();
				range.selectNode(element);
				ranges.push(range);
			}
		}
		return ranges;
	}

	/** Words (and formulas) in the order of reading, for marking by keyboard; `block` tells which stand in one paragraph. */
	words(locale: string): { range: Range; block: number }[] {
		const segmenter = new Intl.Segmenter(locale === '' ? undefined : locale, { granularity: 'word' });
		const words: { range: Range; block: number }[] = [];
		for (const [number, block] of this.#blocks.entries()) {
			for (const { node } of block.nodes) {
				for (const { index, segment, isWordLike } of segmenter.segment(node.data)) {
					if (!isWordLike && segment.trim() === '') continue;
					const range = document.createRange();
					range.setStart(node, index);
					range.setEnd(node, index + segment.length);
					const last = words.at(-1);
					// A mark belongs to the word before it.
					if (!isWordLike && last?.block === number && last.range.endContainer === node) last.range.setEnd(node, index + segment.length);
					else words.push({ range, block: number });
				}
			}
			for (const { element } of block.atoms) {
				const range = document.createRange();
				range.selectNode(element);
				words.push({ range, block: number });
			}
		}
		return words.sort((x, y) => x.range.compareBoundaryPoints(Range.START_TO_START, y.range));
	}
}
