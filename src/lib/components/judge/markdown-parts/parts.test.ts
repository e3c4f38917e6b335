// @vitest-environment jsdom
import fc from 'fast-check';
import MarkdownIt from 'markdown-it';
import { describe, expect, it } from 'vitest';
import { decodeHTMLStrict } from './entities.ts';
import { LinkifyIt } from './linkify-it.ts';
import { P, S } from './uc.micro.ts';

/** Here markdown-it runs with the packages themselves. */
const { unescapeAll, isPunctChar } = new MarkdownIt().utils;

describe('what stands in for packages of markdown-it', () => {
	it('reads references as the package does', () => {
		const names = ['amp', 'lt', 'gt', 'quot', 'nbsp', 'copy', 'AElig', 'Dcaron', 'frac34', 'HilbertSpace', 'DifferentialD', 'ClockwiseContourIntegral', 'ngE', 'semi', 'NewLine', 'Tab', 'fjlig', 'NotEqualTilde', 'shy', 'zwj', 'notin', 'not'];
		for (const name of names) {
			const reference = `&${name};`;
			expect(decodeHTMLStrict(reference), reference).toBe(unescapeAll(reference));
			expect(decodeHTMLStrict(reference), reference).not.toBe(reference);
		}
		for (const reference of ['&copyx;', '&notit;', '&nothing;', '&MadeUpEntity;', '&hi;', '&x;', '&Amp;', '&#zz;', '&#12ab;', '&#123456789;', '&#000000059;', '&#x;']) expect(decodeHTMLStrict(reference), reference).toBe(unescapeAll(reference));
	});
	it('reads any other name as the package does', () => {
		const beginning = fc.constantFrom('', 'amp', 'copy', 'not', 'lt', 'gt', 'reg', 'para', 'sect', 'uml', 'acute', 'frac12');
		fc.assert(
			fc.property(beginning, fc.stringMatching(/^[a-z][A-Za-z0-9]{0,6}$/), (start, rest) => {
				const reference = `&${start}${rest};`;
				expect(decodeHTMLStrict(reference)).toBe(unescapeAll(reference));
			})
		);
	});
	it('finds no links, and is asked for none', () => {
		const markdown = new MarkdownIt({ linkify: false });
		Object.assign(markdown, { linkify: Reflect.construct(LinkifyIt, []) });
		expect(markdown.render('see https://example.org/a and www.example.org')).toBe('<p>see https://example.org/a and www.example.org</p>\n');
		expect(() => markdown.set({ linkify: true }).render('https://example.org')).toThrow();
	});
	it('knows the same signs', () => {
		for (let code = 0; code < 0x11_00_00; code += 1) {
			if (code >= 0xd8_00 && code < 0xe0_00) continue;
			const character = String.fromCodePoint(code);
			if (isPunctChar(character) !== (P.test(character) || S.test(character))) expect.fail(`U+${code.toString(16)}`);
		}
	});
});
