import { MAX_RECORD_BYTES } from './record.ts';
import type { FileRecord } from './record.ts';

const NEWLINE = 10;

function parse(line: number, bytes: Buffer): FileRecord | null {
	let text: string;
	try {
		// The decoder also takes a byte order mark away; one is fine at the start of the file only.
		text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: line !== 1 }).decode(bytes);
	} catch {
		return { line, error: 'is not UTF-8; save the file as UTF-8' };
	}
	if (text.trim() === '') return null;
	try {
		return { line, value: JSON.parse(text) as unknown };
	} catch (error) {
		return { line, error: `is not JSON: ${error instanceof Error ? error.message.slice(0, 160) : 'unreadable'}` };
	}
}

/**
 * Records of a JSON Lines stream, at the memory of one line. Takes LF and CRLF,
 * a byte order mark and blank lines; a line that is too long is reported and passed over.
 */
export async function* readJsonl(source: AsyncIterable<Uint8Array>): AsyncGenerator<FileRecord> {
	let line = 1;
	let parts: Buffer[] = [];
	let size = 0;
	const finish = (): FileRecord | null => {
		const record = size > MAX_RECORD_BYTES ? { line, error: `is longer than ${MAX_RECORD_BYTES / 1024 / 1024} MB` } : parse(line, Buffer.concat(parts));
		parts = [];
		size = 0;
		return record;
	};
	for await (const chunk of source) {
		const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
		let start = 0;
		for (let end = bytes.indexOf(NEWLINE, start); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
			size += end - start;
			if (size <= MAX_RECORD_BYTES) parts.push(bytes.subarray(start, end));
			const record = finish();
			if (record) yield record;
			line += 1;
			start = end + 1;
		}
		const rest = bytes.subarray(start);
		size += rest.length;
		// Copied: the chunk's memory belongs to the stream, and what is too long is counted but not kept.
		if (size <= MAX_RECORD_BYTES) parts.push(Buffer.from(rest));
		else parts = [];
	}
	if (size > 0) {
		const record = finish();
		if (record) yield record;
	}
}
