import { expect, test } from 'vitest';
import { editable, rewriteOf, withText } from './rewriting.ts';
import type { HeldTask, Message } from './task-queue.ts';

const turns: Message[] = [
	{ role: 'assistant', content: [{ type: 'image', artifact: 'a' }, { type: 'text', text: 'one' }] },
	{ role: 'user', content: 'asked' },
	{ role: 'assistant', content: 'two' }
];
const task = { left: { messages: turns }, right: null } as unknown as HeldTask;

test('the assistant’s texts can be edited, each in its place', () => {
	expect(editable(turns)).toEqual([{ message: 0, part: 1, text: 'one' }, { message: 2, part: 0, text: 'two' }]);
	const changed = withText(withText(turns, { message: 0, part: 1 }, 'uno'), { message: 2, part: 0 }, 'due');
	expect(editable(changed).map(({ text }) => text)).toEqual(['uno', 'due']);
	expect(changed[1]).toEqual(turns[1]);
	expect(JSON.stringify(changed[0])).toContain('"artifact":"a"');
});

test('what is as it was, or empty, is no rewrite', () => {
	expect(rewriteOf(task, 'left', withText(turns, { message: 2, part: 0 }, 'two'))).toBeNull();
	expect(rewriteOf(task, 'left', withText(withText(turns, { message: 0, part: 1 }, ' '), { message: 2, part: 0 }, ''))).toBeNull();
	expect(rewriteOf(task, 'left', withText(turns, { message: 2, part: 0 }, 'due'))).toMatchObject({ side: 'left' });
});
