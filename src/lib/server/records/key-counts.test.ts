import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { countKeys } from './key-counts.ts';

const rows = [
	{ messages: [{ content: 'says "images": and ,"margin":1, and {"rejected_messages":', role: 'user' }], rejected_response: '"rejected_images":' },
	{ images: ['artifact:0'], margin: 1, messages: [], rejected_images: [], rejected_messages: [] },
	{ margin: 0.333333, messages: [], rejected_response: 'ünï' },
	{ margin: 12, messages: [], rejected_messages: [] }
];
const file = Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));

it.each([1, 7, 64, 100_000])('counts keys of rows, never words in their texts, in pieces of %d bytes', async (size) => {
	const pieces = Array.from({ length: Math.ceil(file.byteLength / size) }, (_, i) => file.subarray(i * size, (i + 1) * size));
	expect(await countKeys(Readable.from(pieces))).toEqual({ rows: 4, bytes: file.byteLength, whole: 2, margins: 3, integers: 2, images: 1, rejectedImages: 1 });
});

it('of no rows gives none', async () => {
	expect(await countKeys(Readable.from([]))).toEqual({ rows: 0, bytes: 0, whole: 0, margins: 0, integers: 0, images: 0, rejectedImages: 0 });
});
