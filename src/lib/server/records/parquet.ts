import { parquetMetadataAsync, parquetReadObjects, parquetSchema } from 'hyparquet';
import type { AsyncBuffer, FileMetaData, RowGroup } from 'hyparquet';
import type { HiddenFile } from './hidden-file.ts';
import { countUnpacked } from './inflate.ts';
import type { Unpacked } from './inflate.ts';
import { CODECS } from './parquet-codecs.ts';
import { offsetIndex } from './parquet-header.ts';
import { levelsOf, pagesOf } from './parquet-pages.ts';
import type { ColumnPages } from './parquet-pages.ts';
import { MAX_RECORD_BYTES, MOST_DEPTH, UnreadableFile } from './record.ts';
import type { FileRecord } from './record.ts';

/** Rows decoded at a time: so many, or fewer where their pages unpack to so much more than those of the first. */
const ROWS_AT_ONCE = 20_000;
const BYTES_AT_ONCE = 8 * 1024 * 1024;
/** What the pages that hold one row may come to together: they are unpacked at once. */
const MOST_BYTES = 256 * 1024 * 1024;
/** About what a decoded value takes beside its bytes. */
const VALUE_BYTES = 16;
const MOST_COLUMNS = 200;
/** Columns within columns, and what they are made of. */
const MOST_ELEMENTS = 2000;
const MOST_FOOTER_BYTES = 64 * 1024 * 1024;

/** What a row counts for beside its texts: a page of a few bytes may stand for millions of rows that hold nothing. */
const ROW_BYTES = 16;

const tooDeep = new Error('too deep');

/** A cell as JSON would hold it. `chars` hears of every text's length. @throws tooDeep */
function plain(value: unknown, chars: (count: number) => void, left = MOST_DEPTH): unknown {
	if (typeof value === 'string') {
		chars(value.length);
		return value;
	}
	if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
	if (value instanceof Date) return value.toISOString();
	if (value instanceof Uint8Array) {
		chars(value.byteLength);
		return `base64:${Buffer.from(value).toString('base64')}`;
	}
	if (value === null || typeof value !== 'object') return value;
	if (left === 0) throw tooDeep;
	if (Array.isArray(value) || ArrayBuffer.isView(value)) return Array.from(value as ArrayLike<unknown>, (inner) => plain(inner, chars, left - 1));
	return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner, chars, left - 1)]));
}

/** A row as a record; `unpacked` hears what it comes to. */
function recordOf(row: Record<string, unknown>, line: number, unpacked: Unpacked): FileRecord {
	let chars = 0;
	try {
		const value = plain(row, (count) => (chars += count));
		return chars > MAX_RECORD_BYTES ? { line, error: `is longer than ${MAX_RECORD_BYTES / 1024 / 1024} MB` } : { line, value };
	} catch (error) {
		if (error !== tooDeep) throw error;
		return { line, error: `has more than ${MOST_DEPTH} objects and lists within each other` };
	} finally {
		unpacked(chars + ROW_BYTES);
	}
}

/** What stands at the file's end, before anything of it is believed. */
async function footerOf(file: AsyncBuffer): Promise<FileMetaData> {
	const broken = () => new UnreadableFile('The Parquet file is broken or cut off: its footer cannot be read. Write it again and send it.');
	const last = new DataView(await file.slice(Math.max(0, file.byteLength - 8), file.byteLength));
	if (last.byteLength < 8) throw broken();
	const bytes = last.getUint32(0, true);
	if (bytes + 8 > file.byteLength) throw broken();
	if (bytes > MOST_FOOTER_BYTES) throw new UnreadableFile(`The Parquet file has a footer of ${bytes} bytes; at most ${MOST_FOOTER_BYTES}.`);
	const metadata = await parquetMetadataAsync(file).catch(() => {
		throw broken();
	});
	const columns = metadata.schema[0]?.num_children ?? 0;
	if (columns > MOST_COLUMNS) throw new UnreadableFile(`The file has ${columns} columns; at most ${MOST_COLUMNS}.`);
	if (metadata.schema.length > MOST_ELEMENTS) throw new UnreadableFile(`The file has ${metadata.schema.length} columns within columns; at most ${MOST_ELEMENTS}.`);
	return metadata;
}

/** What has to be unpacked to read rows `from` to `to` of a group. */
function costOf(columns: readonly ColumnPages[], from: number, to: number): number {
	let cost = 0;
	for (const { pages, dictionary } of columns) {
		cost += dictionary.unpacked + dictionary.values * VALUE_BYTES;
		// The last page that begins no later than the first row.
		let [low, high] = [0, pages.length - 1];
		while (low < high) {
			const middle = (low + high + 1) >> 1;
			if ((pages[middle]?.firstRow ?? 0) <= from) low = middle;
			else high = middle - 1;
		}
		for (let at = low; at < pages.length; at += 1) {
			const page = pages[at];
			if (!page || page.firstRow >= to) break;
			cost += page.unpacked + page.values * VALUE_BYTES;
		}
	}
	return cost;
}

/** Where the rows end that are decoded together from a row on. */
function endOf(columns: readonly ColumnPages[], from: number, rows: number): number {
	const least = costOf(columns, from, from + 1);
	if (least > MOST_BYTES) throw new UnreadableFile(`The pages of the Parquet file that hold row ${from + 1} of a group come to ${least} bytes; at most ${MOST_BYTES}. Write it with smaller pages, or as JSON Lines.`);
	let [low, high] = [from + 1, Math.min(rows, from + ROWS_AT_ONCE)];
	while (low < high) {
		const middle = Math.ceil((low + high) / 2);
		if (costOf(columns, from, middle) <= least + BYTES_AT_ONCE) low = middle;
		else high = middle - 1;
	}
	return low;
}

/** A row group that says where its pages are, and what reads it: writers seldom say, and without that a column is read whole for every few rows. */
async function indexed(lying: HiddenFile, metadata: FileMetaData, group: RowGroup): Promise<{ file: AsyncBuffer; metadata: FileMetaData; columns: ColumnPages[] }> {
	const tree = parquetSchema(metadata);
	const rows = Number(group.num_rows);
	const columns: ColumnPages[] = [];
	const chunks: RowGroup['columns'] = [];
	const index: Uint8Array[] = [];
	let at = lying.bytes;
	for (const chunk of group.columns) {
		const { meta_data: column } = chunk;
		if (!column || chunk.file_path) throw new UnreadableFile('The Parquet file is one of several parts, or encrypted. Write it as one file and send it again.');
		const found = await pagesOf(lying, column, { levels: levelsOf(tree, column.path_in_schema), rows });
		const said = offsetIndex(found.pages);
		columns.push(found);
		chunks.push({ ...chunk, meta_data: { ...column, total_compressed_size: BigInt(found.end - Number(column.dictionary_page_offset || column.data_page_offset)) }, offset_index_offset: BigInt(at), offset_index_length: said.byteLength });
		index.push(said);
		at += said.byteLength;
	}
	const beyond = Buffer.concat(index);
	const file: AsyncBuffer = {
		byteLength: lying.bytes,
		slice: (start, end = lying.bytes) => (start >= lying.bytes ? new Uint8Array(beyond.subarray(start - lying.bytes, end - lying.bytes)).buffer : lying.read(start, end))
	};
	return { file, metadata: { ...metadata, num_rows: group.num_rows, row_groups: [{ ...group, columns: chunks }] }, columns };
}

/**
 * Records of a Parquet file, at the memory of a few pages: those are found by walking
 * through them once, and decoded a few megabytes at a time. `line` is the row's number.
 * @throws UnreadableFile where it is broken, or would unfold to more than is held
 */
export async function* readParquet(lying: HiddenFile): AsyncGenerator<FileRecord> {
	const metadata = await footerOf({ byteLength: lying.bytes, slice: (start, end = lying.bytes) => lying.read(start, end) });
	const unpacked = countUnpacked(() => lying.bytes);
	let before = 0;
	for (const group of metadata.row_groups) {
		const rows = Number(group.num_rows);
		if (rows === 0) continue;
		const { columns, ...source } = await indexed(lying, metadata, group);
		for (let from = 0, to = 0; from < rows; from = to) {
			to = endOf(columns, from, rows);
			const read = await parquetReadObjects({ ...source, compressors: CODECS, rowStart: from, rowEnd: to, useOffsetIndex: true }).catch((error: unknown) => {
				throw new UnreadableFile(`Rows ${before + from + 1} to ${before + to} of the Parquet file cannot be read: ${error instanceof Error ? error.message.slice(0, 160) : 'broken'}.`);
			});
			for (const [index, row] of read.entries()) yield recordOf(row, before + from + index + 1, unpacked);
		}
		before += rows;
	}
}
