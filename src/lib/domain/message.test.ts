import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isStorableText, messagesText, messageText, normaliseMessages } from './message.ts';
import type { Message } from './message.ts';

const hash = 'a'.repeat(64);

function refusal(input: unknown): { field: string; message: string }[] {
	const result = normaliseMessages(input, 'user', 'prompt');
	if (result.ok) throw new Error('expected a refusal');
	expect(result.problem.code).toBe('invalid_input');
	return result.problem.errors ?? [];
}

describe('normaliseMessages', () => {
	it('makes one message of the given role from a string', () => {
		expect(normaliseMessages('Hello', 'assistant')).toEqual({ ok: true, value: [{ role: 'assistant', content: 'Hello' }] });
	});

	it('gives a valid list back unchanged', () => {
		const list: Message[] = [
			{ role: 'system', content: 'Be brief.' },
			{ role: 'user', name: 'Ada', content: [{ type: 'text', text: 'See:' }, { type: 'image', artifact: hash, alt: 'a chart' }, { type: 'document', artifact: hash }] }
		];
		expect(normaliseMessages(list)).toEqual({ ok: true, value: list });
	});

	it('names the field that holds a NUL', () => {
		const [error, ...more] = refusal([{ role: 'user', content: [{ type: 'text', text: 'fine' }, { type: 'text', text: 'a\u0000b' }] }]);
		expect(more).toEqual([]);
		expect(error?.field).toBe('prompt[0].content[1].text');
		expect(error?.message).toContain('NUL');
	});

	it('names the field that holds a lone surrogate', () => {
		expect(refusal([{ role: 'user', content: 'x\ud83d' }])[0]).toMatchObject({ field: 'prompt[0].content', message: expect.stringContaining('surrogate') });
		expect(refusal('\udc00')[0]).toMatchObject({ field: 'prompt' });
	});

	it('refuses fields it would otherwise lose', () => {
		expect(refusal([{ role: 'assistant', content: '', tool_calls: [] }])).toEqual([{ field: 'prompt[0].tool_calls', message: 'is not a known field' }]);
	});

	it('refuses unknown roles, unknown parts, wrong hashes, empty lists and other types', () => {
		expect(refusal([{ role: 'human', content: '' }])[0]?.field).toBe('prompt[0].role');
		expect(refusal([{ role: 'user', content: [{ type: 'image_url', url: 'x' }] }])[0]?.field).toBe('prompt[0].content[0].type');
		expect(refusal([{ role: 'user', content: [{ type: 'image', artifact: '../etc' }] }])[0]?.field).toBe('prompt[0].content[0].artifact');
		expect(refusal([{ role: 'user', content: 7 }])[0]?.field).toBe('prompt[0].content');
		expect(refusal([{ role: 'user', content: [] }])[0]?.field).toBe('prompt[0].content');
		expect(refusal([])[0]?.field).toBe('prompt');
		expect(refusal({ role: 'user', content: 'x' })[0]?.field).toBe('prompt');
		expect(refusal(null)[0]?.field).toBe('prompt');
	});

	it('accepts every well-formed text without NUL and nothing else', () => {
		fc.assert(
			fc.property(fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)) }), (text) => {
				const wellFormed = (text as string & { isWellFormed: () => boolean }).isWellFormed();
				expect(isStorableText(text)).toBe(wellFormed && !text.includes('\u0000'));
				expect(normaliseMessages(text).ok).toBe(isStorableText(text));
			})
		);
	});
});

describe('messageText', () => {
	it('joins text parts and leaves images and documents out', () => {
		const message: Message = { role: 'user', content: [{ type: 'text', text: 'a' }, { type: 'image', artifact: hash, alt: 'no' }, { type: 'text', text: 'b' }] };
		expect(messageText(message)).toBe('a\nb');
		expect(messagesText([message, { role: 'assistant', content: 'c' }])).toBe('a\nb\n\nc');
	});
});
