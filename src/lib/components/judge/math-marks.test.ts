import fc from 'fast-check';
import MarkdownIt from 'markdown-it';
import { expect, test } from 'vitest';
import { isBracketMath, isDollarMath, LONGEST_FORMULA, mathMarks } from './math-marks.ts';

const markdown = new MarkdownIt({ html: false, breaks: true }).use(mathMarks);

/** The formulas a text holds, displayed ones in brackets. */
function formulas(source: string): string[] {
	return markdown
		.parse(source, {})
		.flatMap((token) => [token, ...(token.children ?? [])])
		.filter(({ type }) => type === 'math' || type === 'math_block')
		.map(({ content, meta }) => ((meta as { display: boolean }).display ? `[${content}]` : content));
}

test.each([
	['It costs $5 and $6 more.'],
	['Between $5-$6, or $5/$6, or $5–$10.'],
	['US$5 and A$6; HK$7 or NT$8.'],
	['They paid $5 million, or $6.'],
	['Either 5$ or 6$.'],
	['A fee of $100, or 100$ a day.'],
	['费用为 $5 元或 6$ 元。'],
	['费用是$100，或者$200。'],
	['$5,$6'],
	['Set $HOME and $PATH, or $HOME/$USER.'],
	['The salary is $90k and the bonus is 10k$ a year.'],
	['\\$x\\$ and `$x$`'],
	['A lonely $ and $$ two.'],
	['Quoted \\[sic\\] and \\[1\\] and \\[emphasis added\\].'],
	['```\n$x$\n```'],
	['$ x $']
])('prices and brackets stay text: %s', (source) => {
	expect(formulas(source)).toEqual([]);
});

test.each([
	['Let $x$ be, with $x_1 + x_2 = 3$.', ['x', 'x_1 + x_2 = 3']],
	['设$x$为收入，$利润 = 收入 - 成本$。', ['x', '利润 = 收入 - 成本']],
	['$2x + 3$ and $0.5\\%$', ['2x + 3', '0.5\\%']],
	['$5 \\text{ days or less}$', ['5 \\text{ days or less}']],
	['\\(a\\) and \\(\\frac{1}{2}\\)', ['a', '\\frac{1}{2}']],
	['see \\[x^2 = 1\\] here', ['[x^2 = 1]']],
	['see $$x$$ here', ['[x]']],
	['$$\nx\n= y\n- z\n$$', ['[x\n= y\n- z]']],
	['\\[\nx\n\\]\nafter', ['[x]']],
	['before\n$$x + y$$\nafter', ['[x + y]']],
	['- item\n  $$\n  x\n  $$\n- next $y$', ['[x]', 'y']],
	['> $$\n> x\n> $$', ['[x]']],
	['| a | b |\n|---|---|\n| $x$ | $5 |', ['x']],
	['**$x$** costs $5', ['x']]
])('formulas are found: %s', (source, expected) => {
	expect(formulas(source)).toEqual(expected);
});

test('two prices are never maths, whatever stands between them', () => {
	const price = fc.tuple(fc.constantFrom('', 'US', 'A'), fc.integer({ min: 1, max: 99_999 }), fc.constantFrom('', '.50', ',000', 'k', 'm')).map(([land, n, end]) => `${land}$${n}${end}`);
	const between = fc.constantFrom(' and ', ' or ', '-', '–', '/', ' to ', ', ', ' – ', '，或', '至', ' (about ', ' + ', '; ');
	fc.assert(fc.property(price, between, price, fc.constantFrom('', '.', ' a year', ')', '。', '元'), (one, middle, other, end) => formulas(`pay ${one}${middle}${other}${end}`).length === 0));
});

test('a mark without its end stays text', () => {
	expect(formulas('\\( never closed, $$ neither\n\n\\[ nor this')).toEqual([]);
	expect(formulas(`\\(${'x'.repeat(LONGEST_FORMULA + 1)}\\)`)).toEqual([]);
});

test('text of nothing but opening marks does not hold the page up', () => {
	const start = performance.now();
	for (const mark of ['\\(', '\\[', '$$', '$', '$x', '\\(\n', '$$\n', '$$x\n', '\\[x\n\n']) markdown.render(mark.repeat(60_000 / mark.length));
	expect(performance.now() - start).toBeLessThan(8_000);
});

test('the rules say why', () => {
	expect(isDollarMath('', 'x', '')).toBe(true);
	expect(isDollarMath('US', '5', '')).toBe(false);
	expect(isDollarMath('', 'x', '5')).toBe(false);
	expect(isDollarMath('', 'profit and loss', '')).toBe(false);
	expect(isBracketMath('sic')).toBe(false);
	expect(isBracketMath('a = b')).toBe(true);
});
