import { expect, it } from 'vitest';
import { patternDetectors } from './patterns.ts';

const spans = (pattern: string, text: string) => {
	const made = patternDetectors([pattern]);
	return made.ok ? made.value[0]?.(text).map(({ start, end }) => text.slice(start, end)) : made.problem.errors;
};

it('finds what a pattern says, in offsets of JavaScript', () => {
	expect(spans(String.raw`案卷\d{4}`, '😀案卷1234与案卷5678')).toEqual(['案卷1234', '案卷5678']);
	expect(spans('(?i)client-[a-z]+', 'CLIENT-abc')).toEqual(['CLIENT-abc']);
});

it('is not stopped by patterns that would stop JavaScript', () => {
	// Each takes longer than the age of the world in a backtracking engine.
	for (const pattern of ['(a+)+$', '(a|aa)+$', '(a|a?)+b', '^(([a-z])+.)+[A-Z]([a-z])+$']) expect(spans(pattern, `${'a'.repeat(20_000)}!`), pattern).toEqual([]);
}, 20_000);

it('refuses by name what it cannot bound, and what is no pattern', () => {
	expect(spans('(?=a)b', '')).toMatchObject([{ field: 'patterns[0]' }]);
	expect(spans(String.raw`(a)\1`, '')).toMatchObject([{ field: 'patterns[0]' }]);
	expect(spans('(', '')).toMatchObject([{ field: 'patterns[0]' }]);
	expect(spans('a*', '')).toMatchObject([{ message: 'matches the empty text, and so everywhere' }]);
	expect(spans('((a{100}){100}){100}', '')).toMatchObject([{ field: 'patterns[0]' }]);
	expect(spans('(?:ab{900}){2}', '')).toMatchObject([{ field: 'patterns[0]' }]);
});
