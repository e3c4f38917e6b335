import type { ColumnMetaData, SchemaTree } from 'hyparquet';
import type { HiddenFile } from './hidden-file.ts';
import { CODECS } from './parquet-codecs.ts';
import { pageHeader } from './parquet-header.ts';
import type { PageHeader } from './parquet-header.ts';
import { walkDeltas, walkRuns } from './parquet-runs.ts';
import { UnreadableFile } from './record.ts';

/** One or several pages of a column that begin with a row: where they lie, how large they are, and their first row in its group. */
export type Page = { offset: number; bytes: number; unpacked: number; values: number; firstRow: number };

/** A column's pages of a row group in their order, what its dictionary unpacks to, and the place after the last one. */
export type ColumnPages = { pages: Page[]; dictionary: { unpacked: number; values: number }; end: number };

/** What a page may unpack to, and how many values it may hold: writers make pages of a megabyte. */
const MOST_PAGE_BYTES = 128 * 1024 * 1024;
const MOST_PAGE_VALUES = 4 * 1024 * 1024;
/** First bytes of a page in which its header is looked for; statistics may make it longer. */
const HEADER_BYTES = [4 * 1024, 4 * 1024 * 1024];

/** Encodings of values that are numbers of a dictionary, of truth values that are written as runs, of numbers by their differences, of texts after their lengths, and of texts by what they share with the one before. */
const BY_DICTIONARY = [2, 8];
const [RUNS, DELTAS, LENGTHS, SHARED] = [3, 5, 6, 7];

/** How deep a column's values lie: in how many lists, and in how many things that may be missing. */
export function levelsOf(root: SchemaTree, path: readonly string[]): { repetition: number; definition: number } {
	const levels = { repetition: 0, definition: 0 };
	let node: SchemaTree | undefined = root;
	for (const name of path) {
		node = node?.children.find(({ element }) => element.name === name);
		if (!node) throw new UnreadableFile('The Parquet file is broken: it has a column that its schema does not name.');
		if (node.element.repetition_type === 'REPEATED') levels.repetition += 1;
		if (node.element.repetition_type !== 'REQUIRED') levels.definition += 1;
	}
	return levels;
}

const widthOf = (most: number) => 32 - Math.clz32(most);

/** Where something that says its length itself lies. */
function measured(bytes: Uint8Array, at: number): { at: number; end: number } {
	if (at + 4 > bytes.byteLength) throw new RangeError('cut off');
	const end = at + 4 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true);
	if (end > bytes.byteLength) throw new RangeError('cut off');
	return { at: at + 4, end };
}

/** Rows that begin in a page, and whether it goes on with one of the page before. Looks on the way whether anything in it would unfold to more than it says. @throws RangeError where it would, or is broken */
function rowsOf(header: PageHeader, body: Uint8Array, column: { codec: ColumnMetaData['codec']; isBoolean: boolean; repetition: number; definition: number }): { rows: number; goesOn: boolean } {
	const { values, levels, encoding } = header;
	const unpack = (packed: Uint8Array, length: number): Uint8Array => {
		if (column.codec === 'UNCOMPRESSED') return packed;
		const codec = CODECS[column.codec];
		if (!codec) throw new RangeError(`nothing here unpacks ${column.codec}`);
		return codec(packed, length);
	};
	const before = levels ? levels.repetition + levels.definition : 0;
	const rest = levels ? body.subarray(before) : body;
	const packed = levels && !levels.isPacked ? rest : unpack(rest, header.unpacked - before);
	let [rows, goesOn, seen, missing] = [0, false, 0, 0];
	const repetition = (value: number, times: number) => {
		if (seen === 0) goesOn = value > 0;
		if (value === 0) rows += times;
		seen += times;
	};
	const definition = (value: number, times: number) => {
		if (value !== column.definition) missing += times;
	};
	/** Where values begin in what was unpacked. */
	let at = 0;
	const walk = (most: number, each: (value: number, times: number) => void, place: { at: number; end: number } | null) => {
		if (most === 0) return;
		const { at: from, end } = place ?? measured(packed, at);
		walkRuns(place ? body : packed, { at: from, end, width: widthOf(most), count: values }, each);
		if (!place) at = end;
	};
	walk(column.repetition, repetition, levels ? { at: 0, end: levels.repetition } : null);
	walk(column.definition, definition, levels ? { at: levels.repetition, end: before } : null);
	const there = values - (levels ? levels.nulls : missing);
	// Numbers of no bits are not read in version 1.
	if (BY_DICTIONARY.includes(encoding)) walkRuns(packed, { at: at + 1, end: packed.byteLength, width: packed[at] ?? 0, count: packed[at] === 0 && !levels ? 0 : there });
	// Version 2 and truth values: runs of one bit, with their length before them in either version.
	else if (encoding === RUNS && column.isBoolean && there > 0) walkRuns(packed, { ...measured(packed, at), width: 1, count: there });
	else if (encoding === DELTAS || encoding === LENGTHS) walkDeltas(packed, { at, count: there });
	else if (encoding === SHARED) {
		let chars = 0;
		const count = (length: number) => {
			chars += length;
			if (length < 0 || chars > MOST_PAGE_BYTES) throw new RangeError('texts are more than their page may hold');
		};
		walkDeltas(packed, { at: walkDeltas(packed, { at, count: there }, count), count: there }, count);
	}
	return column.repetition === 0 ? { rows: values, goesOn: false } : { rows, goesOn };
}

/** The header of the page at a place, and the place after it. */
async function headerAt(file: HiddenFile, at: number, end: number): Promise<PageHeader> {
	for (const bytes of HEADER_BYTES) {
		try {
			return pageHeader(new Uint8Array(await file.read(at, Math.min(end, at + bytes))));
		} catch (error) {
			if (!(error instanceof RangeError)) throw error;
		}
	}
	throw new UnreadableFile('The Parquet file is broken: a page has no header.');
}

/**
 * Finds the pages of a column in a row group, and the row that each begins with, by
 * walking through them once. Nothing is unfolded, one page at a time is unpacked.
 * @throws UnreadableFile where they are broken, or unfold to more than is held
 */
export async function pagesOf(file: HiddenFile, column: ColumnMetaData, of: { levels: { repetition: number; definition: number }; rows: number }): Promise<ColumnPages> {
	const name = column.path_in_schema.join('.').slice(0, 100);
	const start = Number(column.dictionary_page_offset || column.data_page_offset);
	const end = start + Number(column.total_compressed_size);
	if (!(start >= 0 && start <= end && end <= file.bytes)) throw new UnreadableFile(`The Parquet file is broken: column “${name}” does not lie in it.`);
	const pages: Page[] = [];
	let dictionary = { unpacked: 0, values: 0 };
	let [at, values, rows] = [start, 0, 0];
	while (at < end && values < Number(column.num_values)) {
		const header = await headerAt(file, at, end);
		const bytes = header.bytes + header.packed;
		if (at + bytes > end) throw new UnreadableFile(`The Parquet file is broken: column “${name}” has a page that is cut off.`);
		if (header.unpacked > MOST_PAGE_BYTES || header.values > MOST_PAGE_VALUES) throw new UnreadableFile(`Column “${name}” of the Parquet file has a page of ${header.unpacked} bytes and ${header.values} values; at most ${MOST_PAGE_BYTES} and ${MOST_PAGE_VALUES} are taken. Write it with smaller pages (DuckDB: a smaller ROW_GROUP_SIZE), or as JSON Lines.`);
		if (header.kind === 'dictionary') dictionary = header;
		else {
			const body = new Uint8Array(await file.read(at + header.bytes, at + bytes));
			let begins: ReturnType<typeof rowsOf>;
			try {
				begins = rowsOf(header, body, { codec: column.codec, isBoolean: column.type === 'BOOLEAN', ...of.levels });
			} catch (error) {
				const why = error instanceof Error ? error.message.slice(0, 100) : 'unknown';
				throw new UnreadableFile(`The Parquet file is broken: column “${name}” has a page that cannot be read: ${why}.`);
			}
			const last = pages.at(-1);
			// Rows that a page has half of are read with it.
			if (last && (begins.goesOn || begins.rows === 0)) {
				last.bytes += bytes;
				last.unpacked += header.unpacked;
				last.values += header.values;
			} else pages.push({ offset: at, bytes, unpacked: header.unpacked, values: header.values, firstRow: rows });
			rows += begins.rows;
			values += header.values;
		}
		at += bytes;
	}
	if (rows !== of.rows) throw new UnreadableFile(`The Parquet file is broken: column “${name}” has ${rows} rows where its group has ${of.rows}.`);
	return { pages, dictionary, end: at };
}
