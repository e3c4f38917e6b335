import { describe, expect, it } from 'vitest';
import { styleDifference, styleOf } from './style.ts';

describe('what of an answer is style', () => {
	it('is its length, headings, bold passages and list items', () => {
		expect(styleOf('# Title\n\n**Yes**, under __Art. 3__.\n\n- one\n- two\n2. three')).toEqual({ length: 57, headings: 1, bold: 2, lists: 3 });
		expect(styleOf('一定𠮷')).toMatchObject({ length: 3 });
	});

	it('is not what stands in fenced code, closed or not', () => {
		expect(styleOf('```\n# no\n- no\n```\n# yes')).toMatchObject({ headings: 1, lists: 0 });
		expect(styleOf('~~~js\n# no\n**no**')).toMatchObject({ headings: 0, bold: 0 });
	});

	it('takes a text of 200,000 lines without hanging', () => {
		expect(styleOf('**\n'.repeat(200_000)).bold).toBe(0);
	});

	it('differs from −1 to 1: twice as long is a third, none of either nought', () => {
		const [short, long] = [styleOf('ab'), styleOf('abcd')];
		expect(styleDifference('length', long, short)).toEqual([1 / 3]);
		expect(styleDifference('length_and_format', short, long)).toEqual([-1 / 3, 0, 0, 0]);
		expect(styleDifference('none', short, long)).toEqual([]);
	});
});
