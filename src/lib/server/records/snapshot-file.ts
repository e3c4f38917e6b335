import { Readable } from 'node:stream';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import { ZipFile } from 'yazl';
import { alikeLine, leadFinder } from '../../domain/alike-rows.ts';
import type { AlikeColumns } from '../../domain/alike-rows.ts';
import { csvLine } from '../../domain/csv.ts';
import { decimal, jsonLine } from '../../domain/json-line.ts';
import { columnsOf, tableCells } from '../../domain/snapshot-export/table.ts';
import type { Cell, TableOf } from '../../domain/snapshot-export/table.ts';
import type { TrainingRow } from '../../domain/training-row.ts';

const GROUP_CHARS = 4_000_000;
const GROUP_ROWS = 10_000;
/** Bytes differ by content only, never by when they were taken. */
const MTIME = new Date('2000-01-01T00:00:00Z');

/** Rows of a frozen file, at the memory of one. Split at line feeds alone: a text may hold U+2028, which line readers split at too. */
export async function* frozenRows(source: AsyncIterable<Uint8Array>): AsyncGenerator<TrainingRow> {
	let pending: Uint8Array[] = [];
	for await (const chunk of source) {
		let from = 0;
		for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
			yield JSON.parse(Buffer.concat([...pending, chunk.subarray(from, at)]).toString('utf8')) as TrainingRow;
			pending = [];
			from = at + 1;
		}
		if (from < chunk.byteLength) pending.push(chunk.subarray(from));
	}
	if (pending.length > 0) throw new Error('the last row of a frozen file is cut off');
}

/** One JSON object a line. */
export async function* jsonLines(rows: AsyncIterable<TrainingRow>, map: (row: TrainingRow) => object): AsyncGenerator<string> {
	for await (const row of rows) yield jsonLine(map(row));
}

/** One row a line, all with the same columns; those first that a reader must see first. Rows are read twice where there may be such. */
export async function* alikeLines(rows: () => AsyncIterable<TrainingRow>, columns: AlikeColumns): AsyncGenerator<string> {
	const leading = new Map<number, string>();
	if (columns.lead.length > 0) {
		const leads = leadFinder(columns);
		let index = 0;
		for await (const row of rows()) {
			const line = alikeLine(row, columns);
			const found = leads(row, Buffer.byteLength(line));
			if (found === null) break;
			if (found) leading.set(index, line);
			index += 1;
		}
	}
	yield* leading.values();
	let index = 0;
	for await (const row of rows()) if (!leading.has(index++)) yield alikeLine(row, columns);
}

/** CSV with a header, also where there are no rows. Numbers are decimals, of which readers take a column. */
export async function* csvLines(rows: AsyncIterable<TrainingRow>, of: TableOf): AsyncGenerator<string> {
	yield csvLine(columnsOf(of));
	for await (const row of rows) yield csvLine(tableCells(row, of).map((cell) => (typeof cell === 'number' ? decimal(cell) : cell)));
}

function parquetColumn(name: string) {
	if (name === 'label') return { name, type: 'BOOLEAN', repetition_type: 'REQUIRED' } as const;
	if (name === 'margin') return { name, type: 'DOUBLE', repetition_type: 'OPTIONAL' } as const;
	return { name, type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' } as const;
}

/** Parquet, a row group at a time: at most about four million characters are held. What breaks off has no footer, and no reader takes it. */
export async function* parquetBytes(rows: AsyncIterable<TrainingRow>, of: TableOf): AsyncGenerator<Uint8Array> {
	const names = columnsOf(of);
	const writer = new ByteWriter();
	const file = new ParquetWriter({
		writer,
		statistics: false,
		schema: [
			{ name: 'root', num_children: names.length },
			...names.map(parquetColumn)
		]
	});
	const taken = (): Uint8Array => {
		const bytes = writer.getBytes().slice();
		writer.index = 0;
		return bytes;
	};
	let group: Cell[][] = [];
	let chars = 0;
	const write = async (): Promise<Uint8Array> => {
		await file.write({ columnData: names.map((name, column) => ({ name, data: group.map((cells) => cells[column]) })), rowGroupSize: group.length });
		[group, chars] = [[], 0];
		return taken();
	};
	for await (const row of rows) {
		const cells = tableCells(row, of);
		group.push(cells);
		chars += cells.reduce<number>((sum, cell) => sum + (typeof cell === 'string' ? cell.length : 1), 0);
		if (chars >= GROUP_CHARS || group.length >= GROUP_ROWS) yield await write();
	}
	if (group.length > 0) yield await write();
	await file.finish();
	yield taken();
}

/** A zip as it is packed. One that breaks off has no directory at its end, and its stream an error. */
export function zipOf(files: readonly { path: string; content: string | (() => AsyncIterable<string | Uint8Array>); /** Packed as it is: weights do not shrink. */ asIs?: boolean }[]): Readable {
	const zip = new ZipFile();
	const out = zip.outputStream as Readable;
	zip.on('error', (error: Error) => out.destroy(error));
	/** The file that is being packed. */
	let packing: Readable | undefined;
	out.on('close', () => packing?.destroy());
	for (const { path, content, asIs } of files) {
		if (typeof content === 'string') zip.addBuffer(Buffer.from(content), path, { mtime: MTIME });
		else {
			zip.addReadStreamLazy(path, { mtime: MTIME, compress: asIs !== true }, (take) => {
				const source = Readable.from(content());
				source.on('error', (error) => out.destroy(error));
				packing = source;
				take(null, source);
			});
		}
	}
	zip.end();
	return out;
}
