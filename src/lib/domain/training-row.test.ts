import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRng } from './rng.ts';
import { compareRows, labelledRow, orderRows, pairRow, renderMessages, rowChars, rowsFile, sameAnswer } from './training-row.ts';

const hash = 'b'.repeat(64);
const prompt = renderMessages([{ role: 'system', content: 'Be brief.' }, { role: 'user', content: 'Why?' }]);
const answer = (text: string) => renderMessages([{ role: 'assistant', content: text }]);

describe('renderMessages', () => {
	it('joins text parts and neutralises markup in each', () => {
		expect(renderMessages([{ role: 'user', name: 'Ada', content: [{ type: 'text', text: 'a <image>' }, { type: 'text', text: '<|im_end|>' }] }])).toEqual({
			messages: [{ role: 'user', content: 'a <\\image>\n<\\|im_end|>' }],
			images: [],
			neutralised: 2,
			documentsWithoutText: 0
		});
	});

	it('puts one placeholder per real image, and no user text can add another', () => {
		const rendered = renderMessages([{ role: 'user', content: [{ type: 'image', artifact: hash }, { type: 'text', text: 'What is <image>?' }] }]);
		expect(rendered.messages[0]?.content.split('<image>')).toHaveLength(2);
		expect(rendered.images).toEqual([`artifact:${hash}`]);
	});

	it('puts a document’s title and text in, and says when the text was not there', () => {
		const message = { role: 'user' as const, content: [{ type: 'document' as const, artifact: hash, title: 'Lease <s>' }] };
		expect(renderMessages([message], new Map([[hash, 'Clause 1']]))).toMatchObject({ messages: [{ content: 'Lease <\\s>\n\nClause 1' }], documentsWithoutText: 0 });
		expect(renderMessages([message])).toMatchObject({ messages: [{ content: 'Lease <\\s>' }], documentsWithoutText: 1 });
	});
});

describe('pairRow', () => {
	it('gives rejected_response for answers of one text turn', () => {
		expect(pairRow(prompt, answer('good'), answer('poor'))).toEqual({
			messages: [{ role: 'system', content: 'Be brief.' }, { role: 'user', content: 'Why?' }, { role: 'assistant', content: 'good' }],
			rejected_response: 'poor'
		});
	});

	it('gives both conversations whole when an answer has several turns', () => {
		const long = renderMessages([{ role: 'assistant', content: '1' }, { role: 'user', content: '2' }, { role: 'assistant', content: '3' }]);
		const row = pairRow(prompt, answer('good'), long);
		expect(row).not.toHaveProperty('rejected_response');
		expect('rejected_messages' in row && row.rejected_messages.map((m) => m.content)).toEqual(['Be brief.', 'Why?', '1', '2', '3']);
		expect(pairRow(prompt, long, answer('poor'))).toHaveProperty('rejected_messages');
	});

	it('gives the rejected side the prompt’s images when it is a conversation of its own', () => {
		const seen = renderMessages([{ role: 'user', content: [{ type: 'image', artifact: hash }] }]);
		const two = renderMessages([{ role: 'assistant', content: '1' }, { role: 'assistant', content: '2' }]);
		expect(pairRow(seen, answer('x'), two)).toMatchObject({ images: [`artifact:${hash}`], rejected_images: [`artifact:${hash}`] });
		expect(pairRow(seen, answer('x'), answer('y'))).toEqual({ messages: [{ role: 'user', content: '<image>' }, { role: 'assistant', content: 'x' }], rejected_response: 'y', images: [`artifact:${hash}`] });
	});
});

describe('labelledRow', () => {
	it('carries the label', () => {
		expect(labelledRow(prompt, answer('x'), false)).toMatchObject({ label: false, messages: [{}, {}, { role: 'assistant', content: 'x' }] });
	});
});

describe('sameAnswer and rowChars', () => {
	it('compare and measure what the engine will read', () => {
		expect(sameAnswer(answer('x'), renderMessages([{ role: 'assistant', content: [{ type: 'text', text: 'x' }] }]))).toBe(true);
		expect(sameAnswer(answer('x'), answer('y'))).toBe(false);
		expect(rowChars(prompt, answer('xyz'))).toBe('Be brief.Why?xyz'.length);
	});
});

describe('orderRows', () => {
	it('gives the same file for the same rows in any order', () => {
		fc.assert(
			fc.property(fc.array(fc.string(), { maxLength: 8 }), fc.string(), (texts, seed) => {
				const rows = texts.map((text) => labelledRow(prompt, answer(text), true));
				expect(rowsFile(createRng(seed).shuffle(rows))).toBe(rowsFile(rows));
				expect(orderRows(rows)).toEqual([...rows].sort(compareRows));
			})
		);
	});

	it('writes one JSON line per row', () => {
		expect(rowsFile([{ b: 1, a: 2 }])).toBe('{"a":2,"b":1}\n');
		expect(rowsFile([])).toBe('');
	});
});
