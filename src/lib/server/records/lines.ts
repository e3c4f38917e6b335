import { MAX_RECORD_BYTES } from './record.ts';
import type { FileRecord } from './record.ts';

const NEWLINE = 10;
const RETURN = 13;

/** Lines of a UTF-8 stream without their ends, blank ones left out, at the memory of one line; one that is no UTF-8 or too long is reported and passed over. */
export async function* readLines(source: AsyncIterable<Uint8Array>): AsyncGenerator<{ line: number; text: string } | { line: number; error: string }> {
	let line = 1;
	let parts: Buffer[] = [];
	let size = 0;
	const finish = () => {
		const [only = Buffer.alloc(0)] = parts;
		const read = size > MAX_RECORD_BYTES ? { line, error: `is longer than ${MAX_RECORD_BYTES / 1024 / 1024} MB` } : decode(line, parts.length > 1 ? Buffer.concat(parts) : only);
		parts = [];
		size = 0;
		return 'text' in read && read.text.trim() === '' ? null : read;
	};
	for await (const chunk of source) {
		const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
		let start = 0;
		// Lines without anything are counted and no more: a small file can hold a hundred million of them, and everybody waits meanwhile.
		const passEmpty = () => {
			for (; size === 0; line += 1) {
				if (bytes[start] === NEWLINE) start += 1;
				else if (bytes[start] === RETURN && bytes[start + 1] === NEWLINE) start += 2;
				else return;
			}
		};
		passEmpty();
		for (let end = bytes.indexOf(NEWLINE, start); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
			size += end - start;
			if (size <= MAX_RECORD_BYTES) parts.push(bytes.subarray(start, end));
			const read = finish();
			if (read) yield read;
			line += 1;
			start = end + 1;
			passEmpty();
		}
		const rest = bytes.subarray(start);
		size += rest.length;
		// Copied: the chunk's memory belongs to the stream, and what is too long is counted but not kept.
		if (size <= MAX_RECORD_BYTES) parts.push(Buffer.from(rest));
		else parts = [];
	}
	if (size > 0) {
		const read = finish();
		if (read) yield read;
	}
}

// Made once: a decoder costs more than a line. A byte order mark is fine at the start of the file only.
const FIRST = new TextDecoder('utf-8', { fatal: true });
const OTHERS = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decode(line: number, bytes: Buffer): { line: number; text: string } | { line: number; error: string } {
	try {
		return { line, text: (line === 1 ? FIRST : OTHERS).decode(bytes).replace(/\r$/u, '') };
	} catch {
		return { line, error: 'is not UTF-8; save the file as UTF-8' };
	}
}

/** Lines as records: each a prompt of its own. */
export async function* readText(source: AsyncIterable<Uint8Array>): AsyncGenerator<FileRecord> {
	for await (const read of readLines(source)) yield 'error' in read ? read : { line: read.line, value: read.text };
}
