import { Readable } from 'node:stream';
import { parse } from 'csv-parse';
import { parse as parseNow } from 'csv-parse/sync';
import type { CsvError } from 'csv-parse';
import { MAX_RECORD_BYTES, UnreadableFile } from './record.ts';
import type { FileRecord } from './record.ts';

const MAX_COLUMNS = 200;

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
		const [first = [], ...rest] = cut && rows.length > 1 ? rows.slice(0, -1) : rows;
		// A header longer than what was looked at breaks off within a name.
		const header = cut && rows.length === 1 ? first.slice(0, -1) : first;
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

/** Records of a CSV stream with a header line, at the memory of one record: an object of texts by the header's names, in small letters. Takes quotes, line ends inside them and a byte order mark. */
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
		yield { line, value: record };
		line = info.lines + 1;
	}
	yield* skipped.splice(0);
}
