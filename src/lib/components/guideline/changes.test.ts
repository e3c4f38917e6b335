import fc from 'fast-check';
import { expect, test } from 'vitest';
import { blocksOf, changesOf } from './changes.ts';
import type { Change } from './changes.ts';

const versionOf = (changes: readonly Change[], without: Change['kind']) => changes.filter(({ kind }) => kind !== without).map(({ text }) => text).join('');

test('both versions can be read out of the changes, whatever they are', () => {
	const text = fc.array(fc.constantFrom('prefer ', 'the ', 'careful', '\n', '# Rules', '。', '时效', '  ', '答案', 'one '), { maxLength: 30 }).map((parts) => parts.join(''));
	fc.assert(
		fc.property(text, text, (before, after) => {
			const changes = changesOf(before, after) ?? [];
			expect(versionOf(changes, 'added')).toBe(before);
			expect(versionOf(changes, 'removed')).toBe(after);
			const shown = blocksOf(changes).flatMap(({ lines }) => lines.map((line) => line.changes.map((change) => change.text).join('')));
			expect(shown.join('\n')).toBe(changes.map((change) => change.text).join(''));
		})
	);
});

test('a word is a word in either language', () => {
	expect(changesOf('Prefer the careful answer.', 'Prefer the complete answer.')?.filter(({ kind }) => kind !== 'same')).toEqual([
		{ text: 'careful', kind: 'removed' },
		{ text: 'complete', kind: 'added' }
	]);
	expect(changesOf('诉讼时效为三年', '诉讼时效为两年')?.filter(({ kind }) => kind === 'removed').map(({ text }) => text).join('').length).toBeLessThanOrEqual(2);
});

test('words rewritten side by side are one change', () => {
	expect(changesOf('a red big house', 'a blue small house')).toEqual([
		{ text: 'a ', kind: 'same' },
		{ text: 'red big', kind: 'removed' },
		{ text: 'blue small', kind: 'added' },
		{ text: ' house', kind: 'same' }
	]);
});

test('what nobody changed is folded away, but for the lines around a change', () => {
	const lines = Array.from({ length: 20 }, (_, i) => `Line ${i}.`);
	const blocks = blocksOf(changesOf(lines.join('\n'), lines.with(10, 'Line ten.').join('\n')) ?? []);
	expect(blocks.map(({ kind, lines: own }) => [kind, own.length])).toEqual([
		['unchanged', 8],
		['lines', 5],
		['unchanged', 7]
	]);
});

test('the same text has no changes', () => {
	expect(changesOf('Same.\nAgain.', 'Same.\nAgain.')?.every(({ kind }) => kind === 'same')).toBe(true);
});
