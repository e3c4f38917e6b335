import type { RowKind } from '../mapping.ts';
import type { TrainingRow } from '../training-row.ts';
import { partsOf } from './parts.ts';

/** Columns of the flat formats. Messages and image names are JSON texts: no cell has two readings. */
const COLUMNS: Readonly<Record<RowKind, readonly string[]>> = {
	pair: ['prompt', 'chosen', 'rejected', 'images', 'rejected_images'],
	labelled: ['prompt', 'completion', 'label', 'images'],
	accepted: ['prompt', 'completion', 'images']
};

/** What the rows of a snapshot are, as a table needs to know it. */
export type TableOf = { kind: RowKind; /** Whether a stated strength became a margin. */ margins: boolean };

/** Names of the columns, in their order. */
export function columnsOf({ kind, margins }: TableOf): readonly string[] {
	return margins && kind === 'pair' ? [...COLUMNS.pair, 'margin'] : COLUMNS[kind];
}

/** A cell: nothing where nobody said it. */
export type Cell = string | boolean | number | null;

/** A row as cells, for Parquet and CSV (read with any table reader, e.g. `datasets`, pandas, DuckDB). */
export function tableCells(row: TrainingRow, has: { margins: boolean } = { margins: false }): Cell[] {
	const parts = partsOf(row);
	if ('label' in parts) return [JSON.stringify(parts.prompt), JSON.stringify(parts.completion), parts.label, JSON.stringify(parts.images)];
	if ('completion' in parts) return [JSON.stringify(parts.prompt), JSON.stringify(parts.completion), JSON.stringify(parts.images)];
	return [JSON.stringify(parts.prompt), JSON.stringify(parts.chosen), JSON.stringify(parts.rejected), JSON.stringify(parts.images), JSON.stringify(parts.rejectedImages), ...(has.margins ? [parts.margin] : [])];
}
