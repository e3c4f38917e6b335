import { parquetMetadataAsync, parquetReadObjects, parquetSchema } from 'hyparquet';
import type { AsyncBuffer, FileMetaData, RowGroup } from 'hyparquet';
import { isReadName } from '../../domain/import-shapes/read-names.ts';
import type { HiddenFile } from './hidden-file.ts';
import { countUnpacked } from './inflate.ts';
import { CODECS } from './parquet-codecs.ts';
import { offsetIndex } from './parquet-header.ts';
import { levelsOf, pagesOf } from './parquet-pages.ts';
import { recordOf, ROW_BYTES, rowsTogether } from './parquet-rows.ts';
import { endOf, PARQUET_LIMITS } from './parquet-stretch.ts';
import type { GroupColumns, ParquetLimits } from './parquet-stretch.ts';
import { markBytes, PARSERS } from './parquet-text.ts';
import { UnreadableFile } from './record.ts';
import type { FileRecord } from './record.ts';

const MOST_COLUMNS = 200;
/** Columns within columns, and what they are made of. */
const MOST_ELEMENTS = 2000;
const MOST_FOOTER_BYTES = 64 * 1024 * 1024;

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

/** A row group that says where its pages are, and what reads it: writers seldom say, and without that a column is read whole for every few rows. */
async function indexed(lying: HiddenFile, metadata: FileMetaData, group: RowGroup): Promise<{ source: { file: AsyncBuffer; metadata: FileMetaData }; columns: GroupColumns }> {
	const tree = parquetSchema(metadata);
	const rows = Number(group.num_rows);
	const columns: GroupColumns = new Map();
	const chunks: RowGroup['columns'] = [];
	const index: Uint8Array[] = [];
	let at = lying.bytes;
	for (const chunk of group.columns) {
		const { meta_data: column } = chunk;
		if (!column || chunk.file_path) throw new UnreadableFile('The Parquet file is one of several parts, or encrypted. Write it as one file and send it again.');
		const found = await pagesOf(lying, column, { levels: levelsOf(tree, column.path_in_schema), rows });
		const said = offsetIndex(found.pages);
		const name = column.path_in_schema[0] ?? '';
		columns.set(name, [...(columns.get(name) ?? []), found]);
		chunks.push({ ...chunk, meta_data: { ...column, total_compressed_size: BigInt(found.end - Number(column.dictionary_page_offset || column.data_page_offset)) }, offset_index_offset: BigInt(at), offset_index_length: said.byteLength });
		index.push(said);
		at += said.byteLength;
	}
	const beyond = Buffer.concat(index);
	const file: AsyncBuffer = {
		byteLength: lying.bytes,
		slice: (start, end = lying.bytes) => (start >= lying.bytes ? new Uint8Array(beyond.subarray(start - lying.bytes, end - lying.bytes)).buffer : lying.read(start, end))
	};
	return { source: { file, metadata: { ...metadata, schema: markBytes(metadata.schema), num_rows: group.num_rows, row_groups: [{ ...group, columns: chunks }] } }, columns };
}

/**
 * Records of a Parquet file, at the memory of a few pages of one column: pages are found
 * by walking through them once, and decoded a few megabytes and one column at a time.
 * `line` is the row's number. `said`: columns that somebody named.
 * @throws UnreadableFile where it is broken, or would unfold to more than is held
 */
export async function* readParquet(lying: HiddenFile, said: readonly string[] = [], limits: ParquetLimits = PARQUET_LIMITS): AsyncGenerator<FileRecord> {
	const meant = new Set(said.map((name) => name.trim().toLowerCase()));
	const isRead = (name: string) => meant.has(name.trim().toLowerCase()) || isReadName(name.trim().toLowerCase());
	const metadata = await footerOf({ byteLength: lying.bytes, slice: (start, end = lying.bytes) => lying.read(start, end) });
	const unpacked = countUnpacked(() => lying.bytes);
	let before = 0;
	for (const group of metadata.row_groups) {
		const rows = Number(group.num_rows);
		if (rows === 0) continue;
		const { columns, source } = await indexed(lying, metadata, group);
		for (let from = 0; from < rows; ) {
			const to = endOf(columns, { from, rows }, limits);
			const cells = async (name: string, end: number) =>
				parquetReadObjects({ ...source, columns: [name], compressors: CODECS, parsers: PARSERS, rowStart: from, rowEnd: end, useOffsetIndex: true }).catch((error: unknown) => {
					throw new UnreadableFile(`Rows ${before + from + 1} to ${before + end} of the Parquet file cannot be read: ${error instanceof Error ? error.message.slice(0, 160) : 'broken'}.`);
				});
			const read = await rowsTogether([...columns.keys()], { from, to, held: limits.held, isRead }, cells);
			for (const [index, row] of read.entries()) {
				unpacked(row.chars + ROW_BYTES);
				yield recordOf(row, before + from + index + 1);
			}
			from += read.length;
		}
		before += rows;
	}
}
