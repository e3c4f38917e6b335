import type { MarkdownIt, StateBlock, StateInline } from 'markdown-it';

/**
 * Where maths begins and ends in Markdown: `$…$`, `$$…$$`, `\(…\)`, `\[…\]` and fences named `math`.
 * Only the marks are found here; setting the formulas is `math.ts`, which loads when there is one.
 */

/** No formula is longer; beyond it a mark is only a mark. */
export const LONGEST_FORMULA = 4_000;
const MOST_LINES = 100;

const SIGN = /[\\^_=+<>{}|×÷≤≥≠≈∑∫√∞]/u;
/** Words in a row are a sentence; what `\text{…}` holds and names of commands are not counted. */
const PROSE = /\p{L}{2,}\s+\p{L}{2,}/u;

function plain(content: string): string {
	return content.replace(/\\(?:text\w*|mathrm|operatorname)\s*\{[^{}]*\}/gu, ' ').replace(/\\[A-Za-z]+/gu, ' ');
}

/**
 * Whether what stands between two single dollars is maths and not two prices: the opening dollar touches what follows and no
 * letter or digit before it (US$5), the closing one touches what precedes and no letter or digit after it
 * ($5/$6); all on one line; no words in a row; and what begins with a number has no word at all ($5 or 6$).
 */
export function isDollarMath(before: string, content: string, after: string): boolean {
	if (content === '' || /^\s|\s$|[\n$`]/u.test(content.replaceAll('\\$', ''))) return false;
	if (/[A-Za-z0-9$\\]$/u.test(before) || /^[A-Za-z0-9$]/u.test(after)) return false;
	const words = plain(content);
	if (PROSE.test(words)) return false;
	if (!/^[\d.,]*\d/u.test(content)) return true;
	return !/\p{L}{2,}|\p{Script=Han}/u.test(words) && !/[,.;:–—-]$/u.test(content);
}

/** Whether `\[…\]` within a line is a formula and not a bracket that Markdown had to be told to leave alone: `\[1\]`, `\[sic\]`. */
export function isBracketMath(content: string): boolean {
	return content.trim() !== '' && SIGN.test(content) && !PROSE.test(plain(content));
}

/** First places of closing marks already looked up: without them a text of nothing but opening marks takes quadratic time. */
const found = new WeakMap<StateInline, Map<string, number>>();

function closing(state: StateInline, mark: string, from: number): number {
	let known = found.get(state);
	if (!known) found.set(state, (known = new Map()));
	const last = known.get(mark);
	if (last !== undefined && (last === -1 || last >= from)) return last;
	let at = state.src.indexOf(mark, from);
	// A dollar behind a backslash is a dollar.
	while (mark.startsWith('$') && at > 0 && state.src[at - 1] === '\\') at = state.src.indexOf(mark, at + 1);
	known.set(mark, at);
	return at;
}

function inline(state: StateInline, silent: boolean): boolean {
	const { src, pos } = state;
	const two = src.slice(pos, pos + 2);
	const [open, close] = two === '\\(' ? ['\\(', '\\)'] : two === '\\[' ? ['\\[', '\\]'] : two === '$$' ? ['$$', '$$'] : src[pos] === '$' ? ['$', '$'] : [];
	if (open === undefined || close === undefined) return false;
	const start = pos + open.length;
	const end = closing(state, close, start);
	const content = end < 0 || end - start > LONGEST_FORMULA ? '' : src.slice(start, end);
	const isMath =
		open === '$' ? isDollarMath(src.slice(Math.max(0, pos - 1), pos), content, src.slice(end + 1, end + 2)) : open === '\\[' ? isBracketMath(content) : content.trim() !== '';
	if (!isMath) {
		// Two dollars that open nothing must not be looked at again as one.
		if (open !== '$$') return false;
		if (!silent) state.pending += open;
		state.pos = start;
		return true;
	}
	if (!silent) {
		const token = state.push('math', 'math', 0);
		Object.assign(token, { content: content.trim(), markup: open, info: close, meta: { display: open === '$$' || open === '\\[' } });
	}
	state.pos = end + close.length;
	return true;
}

function block(state: StateBlock, startLine: number, endLine: number, silent: boolean): boolean {
	const line = (at: number): string => state.src.slice((state.bMarks[at] ?? 0) + (state.tShift[at] ?? 0), state.eMarks[at]).trimEnd();
	if ((state.sCount[startLine] ?? 0) - state.blkIndent >= 4) return false;
	const first = line(startLine);
	const open = first.startsWith('$$') ? '$$' : first.startsWith('\\[') ? '\\[' : null;
	if (open === null) return false;
	const close = open === '$$' ? '$$' : '\\]';
	const lines: string[] = [];
	let at = startLine;
	for (let text = first.slice(2); ; text = line(at)) {
		const end = text.indexOf(close);
		if (end >= 0) {
			// Text behind the formula: a paragraph that has a formula in it.
			if (text.slice(end + 2).trim() !== '') return false;
			lines.push(text.slice(0, end));
			break;
		}
		lines.push(text);
		at += 1;
		if (at >= endLine || at - startLine > MOST_LINES || ((state.sCount[at] ?? 0) < state.blkIndent && line(at) !== '')) return false;
	}
	const content = lines.join('\n').trim();
	if (content === '' || content.length > LONGEST_FORMULA || (open === '\\[' && lines.length === 1 && !isBracketMath(content))) return false;
	if (silent) return true;
	const token = state.push('math_block', 'math', 0);
	Object.assign(token, { block: true, content, markup: open, info: close, meta: { display: true }, map: [startLine, at + 1] });
	state.line = at + 1;
	return true;
}

/** Teaches markdown-it the marks of maths; tokens are `math` and `math_block` with the formula as content. */
export function mathMarks(markdown: MarkdownIt): void {
	markdown.inline.ruler.before('escape', 'math', inline);
	markdown.block.ruler.before('fence', 'math_block', block, { alt: ['paragraph', 'reference', 'blockquote', 'list'] });
}
