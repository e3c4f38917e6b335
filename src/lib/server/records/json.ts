import { Readable } from 'node:stream';
import type { Duplex } from 'node:stream';
import { chain } from 'stream-chain';
import { parser } from 'stream-json';
import type { Token } from 'stream-json/parser.js';
import { pick } from 'stream-json/filters/pick.js';
import { streamArray } from 'stream-json/streamers/stream-array.js';
import { streamValues } from 'stream-json/streamers/stream-values.js';
import { MAX_RECORD_BYTES, MOST_DEPTH, UnreadableFile } from './record.ts';
import type { FileRecord } from './record.ts';

/** Keys under which a file that is one object holds its records. */
const LISTS = ['data', 'rows', 'records', 'examples', 'items', 'tasks', 'instances'];
/** Such a list, with nothing but short facts of the file before it. */
const LIST_AHEAD = new RegExp(`^\\s*\\{(?:\\s*"\\w{1,40}"\\s*:\\s*(?:"[^"\\\\]{0,200}"|[\\w.+-]{1,40})\\s*,){0,20}\\s*"(${LISTS.join('|')})"\\s*:\\s*\\[`, 'u');

/** How a JSON file holds its records, by its beginning: in one list, in a list under a key, or one after the other. */
export function jsonLayout(start: string): { kind: 'list' } | { kind: 'under'; key: string } | { kind: 'values' } {
	if (/^\s*\[/u.test(start)) return { kind: 'list' };
	const key = LIST_AHEAD.exec(start)?.[1];
	return key === undefined ? { kind: 'values' } : { kind: 'under', key };
}

/** Lets tokens through, and ends where they nest too deep. */
function notTooDeep(): (token: Token) => Token {
	let depth = 0;
	return (token) => {
		if (token.name === 'startObject' || token.name === 'startArray') depth += 1;
		else if (token.name === 'endObject' || token.name === 'endArray') depth -= 1;
		if (depth > MOST_DEPTH) throw new UnreadableFile(`The JSON has more than ${MOST_DEPTH} objects and lists within each other.`);
		return token;
	};
}

/** Passes text on, counting it, so that a record which fills the memory ends the reading. */
async function* bounded(source: AsyncIterable<Uint8Array>, since: { bytes: number; record: number }): AsyncGenerator<string> {
	const decoder = new TextDecoder('utf-8', { fatal: true });
	try {
		for await (const chunk of source) {
			since.bytes += chunk.byteLength;
			if (since.bytes > MAX_RECORD_BYTES + chunk.byteLength) throw new UnreadableFile(`Record ${since.record + 1} is longer than ${MAX_RECORD_BYTES / 1024 / 1024} MB.`);
			yield decoder.decode(chunk, { stream: true });
		}
		yield decoder.decode();
	} catch (error) {
		if (error instanceof TypeError) throw new UnreadableFile(`The file is not UTF-8 after record ${since.record}. Save it as UTF-8 and send it again.`);
		throw error;
	}
}

/**
 * Records of a JSON file, at the memory of one record: elements of its list, of
 * the list under a key such as `data`, or values one after the other. `line` is
 * the record's number. Broken JSON ends the file: where it goes on is not known.
 * @throws UnreadableFile
 */
export async function* readJson(source: AsyncIterable<Uint8Array>, start: string): AsyncGenerator<FileRecord> {
	const layout = jsonLayout(start);
	const since = { bytes: 0, record: 0 };
	const input = Readable.from(bounded(source, since));
	const tokens = [parser({ jsonStreaming: layout.kind === 'values' }), notTooDeep()] as const;
	const items =
		layout.kind === 'values'
			? chain([input, ...tokens, streamValues()])
			: layout.kind === 'list'
				? chain([input, ...tokens, streamArray()])
				: chain([input, ...tokens, pick({ filter: layout.key, once: true }), streamArray()]);
	try {
		for await (const { value } of items as unknown as Duplex & AsyncIterable<{ key: number; value: unknown }>) {
			since.bytes = 0;
			since.record += 1;
			yield { line: since.record, value };
		}
	} catch (error) {
		if (error instanceof UnreadableFile || !(error instanceof Error) || !/^Parser/u.test(error.message)) throw error;
		throw new UnreadableFile(`The file is not JSON after record ${since.record}: ${error.message.replace(/^Parser (?:cannot parse input|has)\s*:?/u, '').trim().slice(0, 160)}.`);
	} finally {
		input.destroy();
	}
}
