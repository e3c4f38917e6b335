import { expect, it } from 'vitest';
import { lastLines } from './server-log.ts';

it('keeps the last lines, each cut where it is long, and says that more was said', () => {
	expect(lastLines('one\ntwo\n', true)).toEqual({ lines: ['one', 'two'], cut: false });
	expect(lastLines('half of a line\ntwo\nthr', false)).toEqual({ lines: ['two', 'thr'], cut: true });
	const many = lastLines(`${Array.from({ length: 500 }, (_, i) => i).join('\n')}\n`, true);
	expect([many.lines.length, many.lines[0], many.lines.at(-1), many.cut]).toEqual([200, '300', '499', true]);
	expect(lastLines('x'.repeat(10_000), true).lines[0]).toHaveLength(500);
});

it('reads a bar that writes over itself as what it says last, and holds no NUL', () => {
	expect(lastLines('load 1 %\rload 50 %\rload 100 %\r\nready\0\r\n', true).lines).toEqual(['load 100 %', 'ready']);
});

it('keeps no half of a character where a line is cut', () => {
	expect(lastLines(`${'x'.repeat(499)}🙂 and more`, true).lines[0]).toBe(`${'x'.repeat(499)}\ufffd`);
});
