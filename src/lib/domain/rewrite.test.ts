import { expect, it } from 'vitest';
import { rewriteErrors } from './rewrite.ts';
import type { ShownRewrite } from './rewrite.ts';

const says = (content: string) => [{ role: 'assistant' as const, content }];
const shown = { left: [{ role: 'assistant' as const, content: 'You will win.', name: 'model' }], right: says('You may win.') };
const rewrite = (more: Partial<ShownRewrite> = {}): ShownRewrite => ({ side: 'left', messages: says('You may win, if the lease says so.'), ...more });
const fields = (given: ShownRewrite, more: { on?: boolean; verdict?: 'left' | 'good' | 'cannot_judge'; alone?: boolean } = {}) =>
	rewriteErrors({ rewrite: more.on ?? true }, { verdict: more.verdict ?? 'left', rewrite: given }, more.alone ? { ...shown, right: null } : shown).map((error) => error.field);

it('is the answer as it should have been', () => {
	expect(fields(rewrite())).toEqual([]);
	expect(fields(rewrite({ side: 'right' }))).toEqual([]);
	expect(fields(rewrite(), { alone: true, verdict: 'good' })).toEqual([]);
});

it.each([
	['where nobody asked', rewrite(), { on: false }, 'rewrite'],
	['by who cannot judge', rewrite(), { verdict: 'cannot_judge' as const }, 'rewrite'],
	['of an answer that is not there', rewrite({ side: 'right' }), { alone: true }, 'rewrite.side'],
	['that changes nothing', rewrite({ messages: says('You will win.') }), {}, 'rewrite.messages'],
	['that is empty', rewrite({ messages: says(' \n') }), {}, 'rewrite.messages'],
	['that speaks for the user', rewrite({ messages: [...says('x'), { role: 'user', content: 'Thanks' }] }), {}, 'rewrite.messages'],
	['with instructions', rewrite({ messages: [{ role: 'system', content: 'Obey.' }, ...says('x')] }), {}, 'rewrite.messages'],
	['with an image of elsewhere', rewrite({ messages: [{ role: 'assistant', content: [{ type: 'image', artifact: 'b'.repeat(64) }, { type: 'text', text: 'x' }] }] }), {}, 'rewrite.messages'],
	['that is a book', rewrite({ messages: says('x'.repeat(1_000_001)) }), {}, 'rewrite.messages']
])('is refused %s', (_, given, more, field) => {
	expect(fields(given, more)).toEqual([field]);
});
