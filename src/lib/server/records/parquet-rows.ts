import { VALUE_BYTES } from './parquet-stretch.ts';
import { NotUtf8, PackedBytes, PackedText } from './parquet-text.ts';
import { MAX_RECORD_BYTES, MOST_DEPTH } from './record.ts';
import type { FileRecord } from './record.ts';

/** What a row counts for beside its texts: a page of a few bytes may stand for millions of rows that hold nothing. */
export const ROW_BYTES = 16;

/** A row that is put together column by column: the length of its texts, about what it holds, and its cells, or why it has none. */
type Row = { chars: number; held: number; error: string | null; cells: Record<string, unknown> };

const tooDeep = new Error('too deep');

/** Bytes of a column that need be no text: a cell of a column that is read must be one, and within lists and objects nobody may take what is none for a text. @throws NotUtf8 */
function textOrBytes(bytes: PackedBytes, where: 'read' | 'beside' | 'within'): unknown {
	const text = bytes.text();
	if (text === null && where === 'read') throw new NotUtf8();
	return text ?? (where === 'within' ? { bytes: String(bytes) } : String(bytes));
}

/** A cell as JSON would hold it. `heard` hears of every value's length; what is no text has none. @throws tooDeep, NotUtf8 */
function plain(read: unknown, heard: (chars: number) => void, left: number, where: 'read' | 'beside' | 'within' = 'within'): unknown {
	if (read instanceof PackedBytes) return plain(textOrBytes(read, where), heard, left);
	const value = read instanceof PackedText ? String(read) : read;
	heard(typeof value === 'string' ? value.length : value instanceof Uint8Array ? value.byteLength : 0);
	if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
	if (value instanceof Date) return value.toISOString();
	if (value instanceof Uint8Array) return `base64:${Buffer.from(value).toString('base64')}`;
	if (value === null || typeof value !== 'object') return value;
	if (left === 0) throw tooDeep;
	if (Array.isArray(value) || ArrayBuffer.isView(value)) return Array.from(value as ArrayLike<unknown>, (inner) => plain(inner, heard, left - 1));
	return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner, heard, left - 1)]));
}

/** Adds cells of one column to their row; one that cannot be taken keeps nothing. `isRead`: rows are read by the column. */
function add(row: Row, cells: Record<string, unknown>, isRead: boolean): void {
	const heard = (chars: number) => {
		row.chars += chars;
		row.held += chars + VALUE_BYTES;
	};
	try {
		for (const [name, cell] of Object.entries(cells)) {
			const value = plain(cell, heard, MOST_DEPTH - 1, isRead ? 'read' : 'beside');
			if (row.error === null) row.cells[name] = value;
		}
		if (row.chars > MAX_RECORD_BYTES) row.error ??= `is longer than ${MAX_RECORD_BYTES / 1024 / 1024} MB`;
	} catch (error) {
		if (error !== tooDeep && !(error instanceof NotUtf8)) throw error;
		row.error ??= error instanceof NotUtf8 ? 'is not UTF-8; save the file as UTF-8' : `has more than ${MOST_DEPTH} objects and lists within each other`;
	}
	if (row.error !== null) [row.cells, row.held] = [{}, 0];
}

/**
 * Rows `from` to `to`, or as many of them, one at least, as hold no more than `held`
 * together. `cells` gives those of one column from the first row to an end: what a column
 * is unpacked to is gone before the next one. `isRead`: whether rows are read by a column of this name.
 */
export async function rowsTogether(names: readonly string[], of: { from: number; to: number; held: number; isRead: (name: string) => boolean }, cells: (name: string, end: number) => Promise<Record<string, unknown>[]>): Promise<Row[]> {
	const rows: Row[] = Array.from({ length: of.to - of.from }, () => ({ chars: 0, held: 0, error: null, cells: {} }));
	for (const name of names) {
		let held = 0;
		for (const [index, read] of (await cells(name, of.from + rows.length)).entries()) {
			const row = rows[index];
			if (!row) break;
			add(row, read, of.isRead(name));
			held += row.held;
			if (held > of.held && index > 0) rows.length = index;
		}
	}
	return rows;
}

/** A row as a record. */
export function recordOf(row: Row, line: number): FileRecord {
	return row.error === null ? { line, value: row.cells } : { line, error: row.error };
}
