// @vitest-environment jsdom
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { Anchoring } from './anchor.ts';
import { loadParts, renderMarkdown } from './markdown.ts';

beforeAll(async () => {
	await loadParts(['math', 'code:javascript']);
});

function shown(source: string): HTMLElement {
	const box = document.createElement('div');
	box.innerHTML = renderMarkdown(source)?.html ?? '';
	document.body.replaceChildren(box);
	return box;
}
const texts = (box: Node): Text[] => (box instanceof Text ? [box] : [...box.childNodes].flatMap(texts)).filter((node) => node.data.trim() !== '');

/** A selection of the first (or nth) place where the page shows these words. */
function select(box: HTMLElement, words: string, nth = 0): Range {
	const range = document.createRange();
	let seen = 0;
	for (const node of texts(box)) {
		for (let at = node.data.indexOf(words); at >= 0; at = node.data.indexOf(words, at + 1)) {
			if (seen++ < nth) continue;
			range.setStart(node, at);
			range.setEnd(node, at + words.length);
			return range;
		}
	}
	throw new Error(`“${words}” is not on the page`);
}
function across(box: HTMLElement, from: string, to: string): Range {
	const range = select(box, from);
	const end = select(box, to);
	range.setEnd(end.endContainer, end.endOffset);
	return range;
}
function quote(source: string, range: (box: HTMLElement) => Range): string {
	const box = shown(source);
	const found = new Anchoring(box, source).toSource(range(box));
	return found ? source.slice(found.start, found.end) : '';
}
const bare = (text: string): string => text.replace(/\s/gu, '');

describe('a selection on the page is found in the text as written', () => {
	test.each([
		['You **will** win.', 'will', 'will'],
		['You **will** win.', 'win.', 'win.'],
		['See [the act](https://law.example/and/so) and so on', 'and so', 'and so'],
		['# One\n\n- two\n- three **four**\n  - five', 'three', 'three'],
		['# One\n\n- two\n- three\n  - five', 'five', 'five'],
		['> It is\n> said so', 'said', 'said'],
		['a &amp; b &lt; c', '& b <', '&amp; b &lt;'],
		['| a | b |\n|---|---|\n| one | two |\n| one | two |', 'two', 'two'],
		['```js\nlet js = 1;\n```', 'js', 'js'],
		['诉讼时效**三年**，自知道之日起。', '三年', '三年'],
		['👩‍⚖️ decides *alone*', 'alone', 'alone'],
		['1. one\r\n2. two\r\n', 'two', 'two']
	])('%j: %j', (source, words, expected) => {
		expect(quote(source, (box) => select(box, words))).toBe(expected);
	});

	test('the second of two that look alike is the second', () => {
		const source = 'Pay **now**.\n\nPay **now**.';
		const box = shown(source);
		expect(new Anchoring(box, source).toSource(select(box, 'now', 1))).toEqual({ start: 20, end: 23 });
	});

	test('what runs over markup and blocks takes all between', () => {
		expect(quote('You **will** win *it*.', (box) => across(box, 'You', 'it'))).toBe('You **will** win *it');
		expect(quote('# One\n\nTwo **three**\n\n- four', (box) => across(box, 'One', 'four'))).toBe('One\n\nTwo **three**\n\n- four');
	});

	test('a formula is taken whole', () => {
		const source = 'So $x^2 + y$ holds.';
		const box = shown(source);
		const maths = document.createRange();
		maths.selectNodeContents(box.querySelector('math') as Element);
		const found = new Anchoring(box, source).toSource(maths);
		expect(source.slice(found?.start, found?.end).trim()).toBe('$x^2 + y$');
	});
});

test('what was marked is what shows the mark, in whatever text', () => {
	const word = fc.constantFrom('will', 'you', 'and', '三年', '**sure**', '*it*', '`code`', '[act](http://x.example/and)', '&amp;', '&lt;b&gt;', '\\*', '👩‍⚖️', 'a', 'a', '<b>', '$x^2$', '~~no~~');
	const line = fc.tuple(fc.constantFrom('', '# ', '- ', '1. ', '> ', '  - ', '    '), fc.array(word, { minLength: 1, maxLength: 6 })).map(([head, words]) => head + words.join(' '));
	const text = fc.array(fc.oneof(line, fc.constant(''), fc.constant('```js\nlet you = 1;\n```'), fc.constant('| a | you |\n|---|---|\n| will | 三年 |')), { minLength: 1, maxLength: 8 }).map((lines) => lines.join('\n'));
	fc.assert(
		fc.property(text, fc.nat(), fc.nat(), fc.nat(), fc.nat(), (source, n, m, i, j) => {
			const box = shown(source);
			const nodes = texts(box).filter((node) => !node.parentElement?.closest('math'));
			if (nodes.length === 0) return;
			const [one, other] = [n % nodes.length, m % nodes.length].sort((x, y) => x - y) as [number, number];
			const [first, last] = [nodes[one] as Text, nodes[other] as Text];
			const range = document.createRange();
			const [from, to] = [i % (first.data.length + 1), j % (last.data.length + 1)];
			if (first === last && from >= to) return;
			range.setStart(first, from);
			range.setEnd(last, to);
			const anchoring = new Anchoring(box, source);
			const found = anchoring.toSource(range);
			if (bare(range.toString()) === '') return;
			expect(found).not.toBeNull();
			if (!found) return;
			expect(found.end).toBeLessThanOrEqual(source.length);
			// All that was selected is marked. No more than that, unless the source cannot tell.
			const marked = anchoring.toRanges(found);
			for (const node of nodes) {
				const [a, b] = [node === first ? from : 0, node === last ? to : node.data.length];
				if (!range.intersectsNode(node)) continue;
				for (let at = a; at < b; at += 1) {
					if (/\s/u.test(node.data[at] ?? '')) continue;
					expect(marked.some((one) => one.startContainer === node && one.startOffset <= at && one.endOffset > at)).toBe(true);
				}
			}
			// A mark that is shown and marked again stays where it is.
			const again = marked.reduce<{ start: number; end: number } | null>((all, one) => {
				const own = anchoring.toSource(one);
				return own ? (all ? { start: Math.min(all.start, own.start), end: Math.max(all.end, own.end) } : own) : all;
			}, null);
			expect(again).toEqual(found);
		}),
		{ numRuns: 400 }
	);
});
