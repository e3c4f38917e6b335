import { parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import type { HiddenFile } from './hidden-file.ts';
import { UnreadableFile } from './record.ts';
import type { FileRecord } from './record.ts';

/** Rows decoded at a time; a row group is never held whole. */
const ROWS_AT_ONCE = 500;
const MOST_COLUMNS = 200;

/** A cell as JSON would hold it. */
function plain(value: unknown): unknown {
	if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
	if (value instanceof Date) return value.toISOString();
	if (value instanceof Uint8Array) return `base64:${Buffer.from(value).toString('base64')}`;
	if (Array.isArray(value) || ArrayBuffer.isView(value)) return Array.from(value as ArrayLike<unknown>, plain);
	if (value !== null && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
	return value;
}

/** Records of a Parquet file, some hundred rows at a time; `line` is the row's number. @throws UnreadableFile */
export async function* readParquet(lying: HiddenFile): AsyncGenerator<FileRecord> {
	const file = { byteLength: lying.bytes, slice: (start: number, end = lying.bytes) => lying.read(start, end) };
	const metadata = await parquetMetadataAsync(file).catch(() => {
		throw new UnreadableFile('The Parquet file is broken or cut off: its footer cannot be read. Write it again and send it.');
	});
	const columns = metadata.schema[0]?.num_children ?? 0;
	if (columns > MOST_COLUMNS) throw new UnreadableFile(`The file has ${columns} columns; at most ${MOST_COLUMNS}.`);
	const rows = Number(metadata.num_rows);
	for (let from = 0; from < rows; from += ROWS_AT_ONCE) {
		const to = Math.min(rows, from + ROWS_AT_ONCE);
		const read = await parquetReadObjects({ file, metadata, compressors, rowStart: from, rowEnd: to }).catch((error: unknown) => {
			throw new UnreadableFile(`Rows ${from + 1} to ${to} of the Parquet file cannot be read: ${error instanceof Error ? error.message.slice(0, 160) : 'broken'}.`);
		});
		for (const [index, row] of read.entries()) yield { line: from + index + 1, value: plain(row) };
	}
}
