import { readLines } from './lines.ts';
import { isTooDeep, MOST_DEPTH } from './record.ts';
import type { FileRecord } from './record.ts';

/**
 * Records of a JSON Lines stream, at the memory of one line. Takes LF and CRLF,
 * a byte order mark and blank lines; a line that cannot be read is reported and passed over.
 */
export async function* readJsonl(source: AsyncIterable<Uint8Array>): AsyncGenerator<FileRecord> {
	for await (const read of readLines(source)) {
		if ('error' in read) {
			yield read;
			continue;
		}
		try {
			const value = JSON.parse(read.text) as unknown;
			yield isTooDeep(value) ? { line: read.line, error: `has more than ${MOST_DEPTH} objects and lists within each other` } : { line: read.line, value };
		} catch (error) {
			yield { line: read.line, error: `is not JSON: ${error instanceof Error ? error.message.slice(0, 160) : 'unreadable'}` };
		}
	}
}
