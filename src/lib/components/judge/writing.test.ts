import { expect, test } from 'vitest';
import { direction, languageOf, measure } from './writing.ts';

test('counts words, and characters where words have no spaces', () => {
	expect(measure('one two\nthree')).toMatchObject({ unit: 'words', count: 3 });
	expect(measure('仲裁 时效。')).toMatchObject({ unit: 'characters', count: 4 });
	expect(measure('根据 GDPR 第六条')).toMatchObject({ unit: 'characters', count: 6 });
	expect(measure('المحكمة العليا')).toMatchObject({ unit: 'words', count: 2 });
});

test('marks of Markdown are no words', () => {
	expect(measure('# One\n\n- two\n- **three**\n\n| --- |\n').count).toBe(3);
	expect(measure('').count).toBe(0);
});

test('reading time grows with the text', () => {
	expect(measure('word '.repeat(476)).minutes).toBeCloseTo(2);
	expect(measure('时'.repeat(510)).minutes).toBeCloseTo(2);
});

test('direction by the first letter', () => {
	expect(direction('- 1. مرحبا hello')).toBe('rtl');
	expect(direction('hello مرحبا')).toBe('ltr');
	expect(direction('12 + 3')).toBeNull();
});

test('the script says what the project cannot know', () => {
	expect(languageOf('诉讼时效为三年', 'en')).toBe('zh-Hans');
	expect(languageOf('诉讼时效为三年', 'zh-Hant')).toBe('zh-Hant');
	expect(languageOf('裁判所は判決を下した', 'en')).toBe('ja');
	expect(languageOf('المحكمة', 'en')).toBe('ar');
	expect(languageOf('Das Gericht', 'en')).toBe('en');
	expect(languageOf('The court', 'zh-Hans')).toBe('');
	expect(languageOf('12 %', 'zh-Hans')).toBe('zh-Hans');
});
