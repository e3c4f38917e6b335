import MarkdownIt from 'markdown-it';
import type { Env } from 'markdown-it';
import * as m from '#lib/paraglide/messages.js';
import { highlight, languageNamed, languageReady, loadLanguage, LONGEST_CODE } from './highlight.ts';
import { loadMath, mathReady, setFormula } from './math.ts';
import { mathMarks } from './math-marks.ts';
import { sanitise } from './sanitise.ts';
import { direction } from './writing.ts';

/** Beyond this a text is shown as it was written: laying it out would hold up the next pair. */
export const LONGEST_MARKDOWN = 400_000;
/** After so long with formulas and colours the rest of a text is shown without. */
const PATIENCE_MS = 300;
/** A formula within a line that may be wider than a phone. */
const LONG_FORMULA = 40;

/** A text as HTML, and the parts that would have made it finer: load them and render again. */
export type Rendered = { html: string; wants: string[] };

/** What one rendering carries along. */
type Course = { wants: Set<string>; spent: number };

const markdown = new MarkdownIt({ html: false, linkify: false, typographer: false, breaks: true }).use(mathMarks);
const { rules } = markdown.renderer;
const escape = markdown.utils.escapeHtml;

/** Only `renderMarkdown` renders, and it hands its course along. */
const courseOf = (env?: Env): Course => env as Course;

/** Attribute that tells which lines of the source a block is made of: marks in it are anchored there. */
function lines(map: readonly [number, number] | null | undefined, fenced = false): string {
	return map ? ` data-at="${map[0] + (fenced ? 1 : 0)}-${map[1]}"` : '';
}

/** Runs a part that may be slow on some text, and counts its time; null once patience is out. */
function patiently(course: Course, run: () => string | null): string | null {
	if (course.spent > PATIENCE_MS) return null;
	const start = performance.now();
	try {
		return run();
	} finally {
		course.spent += performance.now() - start;
	}
}

// Nothing remote loads by itself: an image becomes a link with its words and its host.
rules['image'] = (tokens, index) => {
	const token = tokens[index];
	const source = String(token?.attrGet('src') ?? '');
	const host = URL.canParse(source) ? new URL(source).host : '';
	const words = [token?.content, host ? `(${m.compare_image({ host })})` : source].filter(Boolean).join(' ');
	return `<a href="${escape(source)}" data-image="">${escape(words)}</a>`;
};
rules['table_open'] = (tokens, index, options, _env, self) => {
	// A table read from the right stands on the right, and its box scrolls from there.
	const way = tokens[index]?.attrGet('dir') ?? 'ltr';
	return `<div class="table-scroll" dir="${way}" tabindex="0" role="group" aria-label="${escape(m.compare_table())}">${self.renderToken(tokens, index, options)}`;
};
rules['table_close'] = () => '</table></div>';
rules['code_inline'] = (tokens, index) => `<code dir="auto">${escape(tokens[index]?.content ?? '')}</code>`;
// What scrolls sideways must be reachable by keyboard.
rules['code_block'] = (tokens, index) => `<pre${lines(tokens[index]?.map)} tabindex="0" dir="auto"><code>${escape(tokens[index]?.content ?? '')}</code></pre>\n`;
rules['fence'] = (tokens, index, _options, env?: Env) => {
	const { info = '', content = '', map } = tokens[index] ?? {};
	const at = lines(map, true);
	if (/^math\b/iu.test(info.trim())) return formula(content.trim(), { source: content.trim(), display: true, within: false, at: lines(map) }, courseOf(env));
	const course = courseOf(env);
	const language = languageNamed(info);
	if (language === null) return `<pre${at} tabindex="0" dir="auto"><code>${escape(content)}</code></pre>\n`;
	if (!languageReady(language) && content.length <= LONGEST_CODE) course.wants.add(`code:${language}`);
	const coloured = patiently(course, () => highlight(content, language));
	// Code reads from the left, whatever its strings are written in.
	return `<pre${at} tabindex="0" dir="ltr"><code class="language-${language}">${coloured ?? escape(content)}</code></pre>\n`;
};

/** A formula, or its source until it can be set. A display formula within a paragraph must not end it: a span, set as a block. */
function formula(content: string, given: { source: string; display: boolean; within: boolean; at: string }, course: Course): string {
	if (!mathReady()) course.wants.add('math');
	const mathml = patiently(course, () => setFormula(content, given.display));
	const shown = mathml ?? `<code class="math-source" dir="ltr">${escape(given.source)}</code>`;
	const box = given.display ? 'math-display' : content.length > LONG_FORMULA ? 'math-long' : null;
	if (box === null) return shown;
	const tag = given.within ? 'span' : 'div';
	return `<${tag}${given.at} class="${box}" tabindex="0" role="group" aria-label="${escape(m.compare_formula())}">${shown}</${tag}>`;
}
for (const rule of ['math', 'math_block'] as const) {
	rules[rule] = (tokens, index, _options, env?: Env) => {
		const { content = '', markup = '', info = '', meta, map } = tokens[index] ?? {};
		return formula(content, { source: markup + content + info, display: (meta as { display: boolean }).display, within: rule === 'math', at: rule === 'math' ? '' : lines(map) }, courseOf(env));
	};
}
// Headings of an answer stand below the page's own.
for (const rule of ['heading_open', 'heading_close'] as const) {
	rules[rule] = (tokens, index, options, _env, self) => {
		const token = tokens[index];
		if (token) {
			const level = Math.min(6, Number(token.tag.slice(1)) + 2);
			if (rule === 'heading_open') token.attrSet('class', `h${token.tag.slice(1)}`);
			token.tag = `h${level}`;
		}
		return self.renderToken(tokens, index, options);
	};
}

const PLACED = new Set(['paragraph_open', 'heading_open', 'tr_open', 'list_item_open']);
const BLOCKS = new Set(['paragraph_open', 'heading_open', 'td_open', 'th_open', 'list_item_open']);
const BOXES = new Set(['bullet_list_open', 'ordered_list_open', 'blockquote_open', 'table_open']);
/** The paragraph that a tight list's item is made of: its element is left out, its lines are the item's own. */
function firstWithin<T extends { type: string; hidden: boolean }>(tokens: readonly T[], at: number): T | null {
	const next = tokens[at + 1];
	return next?.type === 'paragraph_open' && next.hidden ? next : null;
}

// Each block is read in its own direction. `auto` does not look into parts that have a `dir` of their own, so what holds
// blocks (a list's markers, a quote's rule, a table's order of columns) takes the direction of its first text.
markdown.core.ruler.push('directions', (state) => {
	const open: (typeof state.tokens)[number][] = [];
	for (const [at, token] of state.tokens.entries()) {
		if (BLOCKS.has(token.type)) token.attrSet('dir', 'auto');
		const map = token.type === 'list_item_open' ? (firstWithin(state.tokens, at)?.map ?? token.map) : token.map;
		if (PLACED.has(token.type) && map) token.attrSet('data-at', `${map[0]}-${map[1]}`);
		if (BOXES.has(token.type)) open.push(token);
		if (token.type !== 'inline' || open.length === 0) continue;
		const way = direction(token.content);
		if (way === null) continue;
		for (const box of open.splice(0)) box.attrSet('dir', way);
	}
});

/**
 * Text of a model or an author as safe HTML. Only in the browser: without a DOM
 * there is no second lock on the door. Null: too long, show it as written.
 */
export function renderMarkdown(source: string): Rendered | null {
	if (source.length > LONGEST_MARKDOWN || typeof document === 'undefined') return null;
	const course: Course = { wants: new Set(), spent: 0 };
	const html = sanitise(markdown.render(source, course));
	return { html, wants: [...course.wants] };
}

/** Fetches the parts a rendering wanted; true when rendering again will look different. Offline it stays as it is. */
export async function loadParts(wants: readonly string[]): Promise<boolean> {
	const loaded = await Promise.all(wants.map((want) => (want === 'math' ? loadMath() : loadLanguage(want.slice('code:'.length))).catch(() => false)));
	return loaded.some(Boolean);
}
