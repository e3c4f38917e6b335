import fc from 'fast-check';
import { expect, test } from 'vitest';
import { headingNames, helpPieces, slugOf } from './headings.ts';

test('names hold letters of any script, and each stands for one heading', () => {
	expect(headingNames(['Over-commitment & tone', '过度承诺（一）', 'Accuracy', 'Accuracy', 'accuracy 2', '***'])).toEqual(['over-commitment-tone', '过度承诺-一', 'accuracy', 'accuracy-2', 'accuracy-2-2', 'part']);
	fc.assert(
		fc.property(fc.array(fc.string()), (headings) => {
			const names = headingNames(headings);
			expect(new Set(names).size).toBe(headings.length);
			expect(headingNames(headings)).toEqual(names);
			for (const name of names) expect(slugOf(name)).toBe(name);
		})
	);
});

test('a help text leads to headings where it says so, and loses no word', () => {
	expect(helpPieces('Is it right? See [the rule](#Over-commitment) or [例子](#过度承诺).')).toEqual([
		{ text: 'Is it right? See ', heading: null },
		{ text: 'the rule', heading: 'over-commitment' },
		{ text: ' or ', heading: null },
		{ text: '例子', heading: '过度承诺' },
		{ text: '.', heading: null }
	]);
	for (const plain of ['see rule #1', '[a](https://x.example)', '[a](#b c)', '<b>[x]</b>', '[](#a)']) expect(helpPieces(plain)).toEqual([{ text: plain, heading: null }]);
	expect(helpPieces('[x](#%E0%A4%A)')).toEqual([{ text: 'x', heading: 'e0-a4-a' }]);
});
