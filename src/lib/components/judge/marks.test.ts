import { expect, test } from 'vitest';
import type { ShownSpan } from '#lib/domain/span.ts';
import { brief, sourceOf, withSpan } from './marks.ts';
import type { HeldTask } from './task-queue.ts';

const span = (start: number, end: number, label = 'vague', side: 'left' | 'right' = 'left'): ShownSpan => ({ side, message: 0, part: 0, start, end, quote: 'x', label });

test('marks stand in the order of reading, each once', () => {
	const all = [span(5, 9, 'vague', 'right'), span(5, 9), span(0, 4), span(5, 9), span(5, 9, 'wrong')].reduce<ShownSpan[]>(withSpan, []);
	expect(all.map(({ side, start, label }) => [side, start, label])).toEqual([['left', 0, 'vague'], ['left', 5, 'vague'], ['left', 5, 'wrong'], ['right', 5, 'vague']]);
});

test('a mark keeps its note until another is written, and loses it with an empty one', () => {
	const noted = withSpan([span(0, 4)], { ...span(0, 4), note: 'why' });
	expect(withSpan(noted, span(0, 4))).toEqual([{ ...span(0, 4), note: 'why' }]);
	expect(withSpan(noted, { ...span(0, 4), note: 'other' })).toEqual([{ ...span(0, 4), note: 'other' }]);
	expect(withSpan(noted, { ...span(0, 4), note: '' })).toEqual([span(0, 4)]);
});

test('a long quote is cut between characters', () => {
	expect(brief('a\n\n  b')).toBe('a b');
	expect(brief('👩‍⚖️'.repeat(3), 4)).toBe('👩‍⚖️…');
});

test('only texts can be marked', () => {
	const task = { left: { messages: [{ role: 'assistant', content: 'one' }] }, right: { messages: [{ role: 'assistant', content: [{ type: 'image', artifact: 'x' }, { type: 'text', text: 'two' }] }] } } as unknown as HeldTask;
	expect(sourceOf(task, 'left', 0, 0)).toBe('one');
	expect(sourceOf(task, 'left', 0, 1)).toBeNull();
	expect(sourceOf(task, 'right', 0, 0)).toBeNull();
	expect(sourceOf(task, 'right', 0, 1)).toBe('two');
	expect(sourceOf({ ...task, right: null }, 'right', 0, 0)).toBeNull();
});
