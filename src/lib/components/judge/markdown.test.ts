// @vitest-environment jsdom
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { loadParts, renderMarkdown } from './markdown.ts';
import { sanitise } from './sanitise.ts';

beforeAll(async () => {
	expect(await loadParts(['math', 'code:javascript', 'code:xml', 'code:python'])).toBe(true);
});

/** A text as the page has it. */
function page(source: string): HTMLElement {
	const box = document.createElement('div');
	box.innerHTML = renderMarkdown(source)?.html ?? '';
	return box;
}

/** Nothing that runs, loads or dresses up as part of the tool. */
function harmless(box: HTMLElement): void {
	for (const element of box.querySelectorAll('*')) {
		expect(['script', 'style', 'img', 'svg', 'iframe', 'form', 'input', 'button', 'object', 'embed', 'link', 'meta', 'base', 'video', 'audio', 'template', 'annotation', 'annotation-xml', 'semantics', 'maction', 'mglyph']).not.toContain(element.localName);
		for (const { name, value } of element.attributes) {
			expect(name).not.toMatch(/^on|^src|^xlink|^id$|^name$|^action|^background|^formaction|^mathbackground|^mathcolor|^data-(?!image|at)/u);
			if (name === 'href') expect(value).toMatch(/^(?:https?|mailto):/iu);
			if (name === 'href') expect(element.localName).toBe('a');
			if (name === 'style') expect(value).not.toMatch(/url|position|expression|fixed|color|width|margin|\d{3}/iu);
			if (name === 'class') expect(value).not.toMatch(/\b(?:fixed|absolute|inset|sr-only|hidden)\b/u);
		}
	}
}

test('formulas become MathML and code gets classes', () => {
	expect(page('$\\frac{a}{b}$').querySelector('math mfrac')).not.toBeNull();
	expect(page('$$\n\\begin{aligned}a&=b\\\\c&=d\\end{aligned}\n$$').querySelectorAll('.math-display mtr')).toHaveLength(2);
	const code = page('```js\nconst a = 1;\n```').querySelector('pre > code');
	expect(code?.querySelector('.hljs-keyword')?.textContent).toBe('const');
	expect(code?.textContent).toBe('const a = 1;\n');
});

test('what is not loaded yet is shown as written, and asked for', () => {
	const rendered = renderMarkdown('```rust\nlet a = 1;\n```\n\n```nonsense\nx\n```');
	expect(rendered?.wants).toEqual(['code:rust']);
	expect(page('```rust\nlet a = 1;\n```').textContent?.trim()).toBe('let a = 1;');
	expect(renderMarkdown('plain text, $5 and $6')?.wants).toEqual([]);
});

test('a formula nobody can read is shown as written', () => {
	expect(page('$\\nosuchthing{x}$').querySelector('code.math-source')?.textContent).toBe('$\\nosuchthing{x}$');
	expect(page(`$${'\\sqrt{'.repeat(200)}x${'}'.repeat(200)}$`).querySelector('math')).toBeNull();
});

test.each([
	'$\\href{javascript:alert(1)}{x}$',
	'$\\url{https://evil.test}$',
	'$\\includegraphics{https://evil.test/a.png}$',
	'$\\class{fixed inset-0}{x}$',
	'$\\style{position:fixed}{x}$',
	'$\\id{x}{y}$',
	'$\\data{x=y}{z}$',
	'$\\text{<img src=x onerror=alert(1)>}$',
	'$\\text{</math><script>alert(1)</script>}$',
	'$\\color{red}x \\colorbox{black}{y} \\rule{999em}{999em} \\kern{-900em} \\raisebox{900em}{z}$',
	'$\\def\\x{\\x\\x}\\x$',
	'```js" onclick="alert(1)\nx\n```',
	'```<script>\nalert(1)\n```',
	'```html\n<img src=x onerror=alert(1)><script>alert(1)</script>\n```',
	'```fixed inset-0\nx\n```',
	'```__proto__\nx\n```',
	'```constructor\nx\n```',
	'<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math>',
	'[x](javascript:alert(1)) [y](data:text/html,x) ![z](https://evil.test/z.png)'
])('hostile text is harmless: %s', (source) => {
	const box = page(source);
	harmless(box);
	expect(box.textContent).not.toBe('');
});

test('a flood of macros ends soon', () => {
	const start = performance.now();
	harmless(page(`${'$\\def\\a{xxxxxxxxxx}\\def\\b{\\a\\a\\a\\a\\a\\a\\a\\a\\a\\a}\\def\\c{\\b\\b\\b\\b\\b\\b\\b\\b\\b\\b}\\c\\c\\c\\c$ '.repeat(200)}`));
	expect(performance.now() - start).toBeLessThan(8_000);
});

test('any mixture of commands, tags and code is harmless', () => {
	const piece = fc.constantFrom('$', '$$', '\\(', '\\)', '\\[', '\\]', '\n', '\n\n', '```js\n', '```html\n', '```math\n', '```', '`', '<img src=x onerror=alert(1)>', '</math>', '<math>', '<mtext>', '<style>', '</code>', '<annotation-xml encoding="text/html">', '\\text{', '\\href{javascript:alert(1)}{', '\\class{fixed}{', '}', '{', 'x^2', '\\frac', '|', '| a | b |\n|---|---|\n', '"', "'", ' onload=alert(1) ', '[a](javascript:x)', '![i](https://evil.test/i)', 'const a = "</span><script>";');
	fc.assert(fc.property(fc.array(piece, { maxLength: 30 }), (parts) => harmless(page(parts.join('')))), { numRuns: 400 });
});

test('the second lock alone holds, whatever the renderers would make', () => {
	for (const html of [
		'<math><mtext><style><img src=x onerror=alert(1)></style></mtext></math>',
		'<math><annotation-xml encoding="text/html"><img src=x onerror=alert(1)></annotation-xml></math>',
		'<math href="https://evil.test"><mi xlink:href="javascript:alert(1)">x</mi></math>',
		'<math><maction actiontype="statusline" xlink:href="javascript:alert(1)">x</maction></math>',
		'<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>',
		'<svg><style><img src=x onerror=alert(1)></style></svg>',
		'<span class="fixed inset-0 hljs-keyword" style="position:fixed" onclick="x()" id="a">x</span>',
		'<mspace width="1em" style="padding-left:999em;">',
		'<math><mtd style="background:url(https://evil.test)"></mtd></math>',
		'<code class="language-js fixed">x</code>'
	]) {
		const box = document.createElement('div');
		box.innerHTML = sanitise(html);
		harmless(box);
	}
	expect(sanitise('<span class="fixed hljs-keyword">x</span>')).toBe('<span class="hljs-keyword">x</span>');
});

test('every block is read in its own direction', () => {
	const box = page('مرحبا\n\nHello\n\n- بند أول\n- second\n\n> اقتباس\n\n| البند | القيمة |\n|---|---|\n| أ | $x$ |\n\n```js\nx\n```');
	for (const block of box.querySelectorAll('p, li, td, th')) expect(block.getAttribute('dir')).toBe('auto');
	for (const holder of ['ul', 'blockquote', 'table']) expect(box.querySelector(holder)?.getAttribute('dir')).toBe('rtl');
	expect(box.querySelector('.table-scroll')?.getAttribute('dir')).toBe('rtl');
	expect(box.querySelector('pre')?.getAttribute('dir')).toBe('ltr');
	expect(page('1. one\n2. two').querySelector('ol')?.getAttribute('dir')).toBe('ltr');
});

test('a table scrolls within a box that has a name and takes the keyboard', () => {
	const box = page('| a | b |\n|:--|--:|\n| 1 | 2 |').querySelector('.table-scroll');
	expect(box?.getAttribute('tabindex')).toBe('0');
	expect(box?.getAttribute('aria-label')).toBeTruthy();
	expect(box?.querySelector('td:last-child')?.getAttribute('style')).toMatch(/text-align:\s*right/u);
});
