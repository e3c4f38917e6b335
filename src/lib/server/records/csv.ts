import { Readable } from 'node:stream';
import { parse } from 'csv-parse';
import type { CsvError } from 'csv-parse';
import { MAX_RECORD_BYTES, UnreadableFile } from './record.ts';
import type { FileRecord } from './record.ts';

const MAX_COLUMNS = 200;
/** Columns whose text is JSON: messages, lists of answers, tags. */
const JSON_COLUMNS = new Set(['messages', 'responses', 'tags']);

async function* decoded(source: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
	const decoder = new TextDecoder('utf-8', { fatal: true });
	try {
		for await (const chunk of source) yield decoder.decode(chunk, { stream: true });
		yield decoder.decode();
	} catch (error) {
		if (error instanceof TypeError) throw new UnreadableFile('The file is not UTF-8. Save it as UTF-8 and send it again.');
		throw error;
	}
}

/** One CSV record as the object that an import row is: answers in columns response_1, response_2, … become a list. */
function toValue(record: Record<string, string>): { value: unknown } | { error: string } {
	const value: Record<string, unknown> = {};
	const responses: string[] = [];
	for (const [name, text] of Object.entries(record)) {
		if (text === '') continue;
		if (/^response_([1-9]|[a-h])$/.test(name)) {
			responses.push(text);
		} else if (JSON_COLUMNS.has(name)) {
			try {
				value[name] = JSON.parse(text) as unknown;
			} catch {
				return { error: `${name}: must be JSON in this column` };
			}
		} else {
			value[name] = name === 'preferred' && /^\d+$/.test(text) ? Number(text) : text;
		}
	}
	return { value: responses.length > 0 ? { ...value, responses } : value };
}

/** Records of a CSV stream with a header line, at the memory of one record. Takes quotes, line ends inside them and a byte order mark. */
export async function* readCsv(source: AsyncIterable<Uint8Array>): AsyncGenerator<FileRecord> {
	const skipped: FileRecord[] = [];
	const parser = parse({
		bom: true,
		columns: (header: string[]) => {
			if (header.length > MAX_COLUMNS) throw new UnreadableFile(`The header has ${header.length} columns; at most ${MAX_COLUMNS}.`);
			return header.map((name) => name.trim().toLowerCase());
		},
		info: true,
		skip_empty_lines: true,
		skip_records_with_error: true,
		max_record_size: MAX_RECORD_BYTES,
		on_skip: (error: CsvError | undefined) => {
			skipped.push({ line: Number(error?.['lines'] ?? 0), error: error?.message.slice(0, 200) ?? 'cannot be read' });
			return undefined;
		}
	});
	const input = Readable.from(decoded(source));
	input.on('error', (error) => parser.destroy(error));
	input.pipe(parser);
	let line = 2;
	for await (const { record, info } of parser as AsyncIterable<{ record: Record<string, string>; info: { lines: number } }>) {
		yield* skipped.splice(0);
		const value = toValue(record);
		yield 'error' in value ? { line, error: value.error } : { line, value: value.value };
		line = info.lines + 1;
	}
	yield* skipped.splice(0);
}
