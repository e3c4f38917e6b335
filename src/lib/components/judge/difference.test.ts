import fc from 'fast-check';
import { expect, test } from 'vitest';
import { differenceOf, tokens } from './difference.ts';
import { lines } from './runs.ts';
import type { Run } from './runs.ts';

const join = (runs: readonly Run[]): string => runs.map(({ text }) => text).join('');
const only = (runs: readonly Run[] | undefined): string[] => (runs ?? []).filter((run) => run.only).map(({ text }) => text);
const text = fc.oneof(
	fc.string({ unit: 'binary', maxLength: 60 }),
	fc.array(fc.constantFrom('the', 'court', 'may', ' ', '\n', '\r\n', '仲裁', '时效', '三年', '，', '。', 'المحكمة', '👩‍⚖️', '**', '|', '\t', '\ud83d'), { maxLength: 40 }).map((parts) => parts.join(''))
);

test('the tokens of any text joined are the text', () => {
	fc.assert(fc.property(text, fc.constantFrom('word' as const, 'sentence' as const), (source, unit) => tokens(source, unit).join('') === source));
});

test('the runs of each side joined are what was written, in both units', () => {
	fc.assert(
		fc.property(fc.array(text, { maxLength: 3 }), fc.array(text, { maxLength: 3 }), fc.boolean(), (left, right, hurried) => {
			const difference = differenceOf(left, right, hurried ? { word: -1, sentence: 5_000 } : undefined);
			expect(difference?.left.map(join)).toEqual(left);
			expect(difference?.right.map(join)).toEqual(right);
			for (const runs of difference?.left ?? []) expect(lines(runs).map(join).join('\n')).toBe(join(runs));
		})
	);
});

test('equal answers have no marks, and swapping the sides swaps them', () => {
	fc.assert(
		fc.property(text, text, (one, other) => {
			expect(differenceOf([one], [one])?.left.flatMap(only)).toEqual([]);
			// How spaces stand is no difference.
			expect(differenceOf([one], [one.replaceAll(' ', '  ')])?.right.flatMap(only)).toEqual([]);
			const nothing = differenceOf([one], ['']);
			expect(nothing?.left.flatMap(only).join('').replace(/\s/gu, '')).toBe(one.replace(/\s/gu, ''));
			expect(differenceOf([other], [other, ''])?.right.flatMap(only)).toEqual([]);
		})
	);
});

test('marks what only one side has', () => {
	const difference = differenceOf(['The notice period is three months.'], ['The notice period is six weeks at least.']);
	expect(only(difference?.left[0])).toEqual(['three months']);
	expect(only(difference?.right[0])).toEqual(['six weeks at least']);
});

test('Chinese is compared by words', () => {
	const difference = differenceOf(['诉讼时效为三年。'], ['诉讼时效为两年。']);
	expect(only(difference?.left[0]).join('')).toContain('三');
	expect(only(difference?.right[0]).join('')).toContain('两');
	expect(difference?.left[0]?.[0]?.text).toMatch(/^诉讼时效/u);
});

test('a short shared word between two marked ones does not break the mark, a line end does', () => {
	expect(only(differenceOf(['heavy loss of goods'], ['light gain of money'])?.left[0])).toEqual(['heavy loss of goods']);
	expect(only(differenceOf(['alpha\nbeta'], ['gamma\ndelta'])?.left[0])).toEqual(['alpha', 'beta']);
});

test('20,000 words with little in common end within the time given', () => {
	const words = (seed: number): string => Array.from({ length: 20_000 }, (_, i) => `w${(i * seed * 7919 + (i * i) % 104_729) % 5_003}${i % 17 === 0 ? '.' : ''}`).join(' ');
	const start = performance.now();
	const difference = differenceOf([words(3)], [words(11)], { word: 500, sentence: 500 });
	expect(performance.now() - start).toBeLessThan(6_000);
	if (difference) expect(join(difference.left[0] ?? [])).toBe(words(3));
});
