import { Readable } from 'node:stream';
import { parse } from 'csv-parse';
import { parse as parseNow } from 'csv-parse/sync';
import type { CsvError } from 'csv-parse';
import { MAX_RECORD_BYTES, UnreadableFile } from './record.ts';
import type { FileRecord } from './record.ts';

const MAX_COLUMNS = 200;
/** Columns whose text is JSON: messages, lists of answers, tags. */
const JSON_COLUMNS = new Set(['messages', 'responses', 'tags']);

export const DELIMITERS = [',', '\t', ';', '|'] as const;
export type Delimiter = (typeof DELIMITERS)[number];

/** Cells of the first records under a delimiter, as far as they can be read: the beginning may end in the middle of a quoted cell. */
function cells(start: string, delimiter: Delimiter): string[][] {
	const rows: string[][] = [];
	try {
		parseNow(start, { bom: true, delimiter, relax_column_count: true, skip_empty_lines: true, to: 20, on_record: (row: string[]) => void rows.push(row) });
	} catch {
		// What was read before says enough.
	}
	return rows;
}

/**
 * What separates the cells, by a file's beginning (`cut`: there is more of it): of those
 * under which the header has no empty or repeated name and every line its
 * number of cells, the one that gives most. Null: a single column, which none separates.
 */
export function delimiterOf(start: string, cut: boolean): Delimiter | null {
	const widths = DELIMITERS.map((delimiter) => {
		const rows = cells(start, delimiter);
		const [header = [], ...rest] = cut && rows.length > 1 ? rows.slice(0, -1) : rows;
		const named = header.every((name) => name.trim() !== '') && new Set(header).size === header.length;
		return { delimiter, width: named && rest.every((row) => row.length === header.length) ? header.length : 0 };
	});
	const best = widths.reduce((most, one) => (one.width > most.width ? one : most));
	return best.width > 1 ? best.delimiter : null;
}

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
export async function* readCsv(source: AsyncIterable<Uint8Array>, delimiter: Delimiter = ','): AsyncGenerator<FileRecord> {
	const skipped: FileRecord[] = [];
	const parser = parse({
		bom: true,
		delimiter,
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
