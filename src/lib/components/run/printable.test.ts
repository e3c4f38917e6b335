import { expect, test } from 'vitest';
import { printable } from './printable.ts';

test.each([
	['plain text, 中文, tab\tstays', 'plain text, 中文, tab\tstays'],
	['<script>alert(1)</script>', '<script>alert(1)</script>'],
	['\u001b[31mred\u001b[0m and \u001b]8;;http://x\u0007link', 'red and link'],
	['evil\u202Etxt.exe', 'evil‹U+202E›txt.exe'],
	['nul\u0000 and \u200bzero', 'nul‹U+0000› and ‹U+200B›zero']
])('%j', (line, shown) => expect(printable(line)).toBe(shown));

test('a line of a megabyte is cut', () => expect(printable('x'.repeat(1_000_000)).length).toBeLessThan(4100));
